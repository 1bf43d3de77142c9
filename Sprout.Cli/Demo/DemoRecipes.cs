// The runs of the demo.
using Sprout.Pruning;

namespace Sprout.Cli.Demo;

/// <summary>The runs of the demo: each method at 10 % and 3 % remaining weights, with and without distillation.</summary>
public static class DemoRecipes
{
    /// <summary>Dense fine-tuning.</summary>
    public static DemoRecipe Dense { get; } = new("dense", 1, false, new PruningOptions());

    /// <summary>The pruned runs, in the order of the table.</summary>
    public static IReadOnlyList<DemoRecipe> Pruned { get; } =
    [
        .. from method in (string[])["magnitude", "movement", "soft-movement", "l0"]
           from target in (double[])[0.10, 0.03]
           from distilled in (bool[])[false, true]
           select new DemoRecipe(method, target, distilled, OptionsOf(method, target)),
    ];

    // Soft movement and L0 have no target density: their λ was chosen so that they end near it on this data; what remains is measured and printed.
    private static PruningOptions OptionsOf(string method, double target)
    {
        var options = new PruningOptions { Method = method, ScoreLearningRate = 3e-2, FinalWarmup = 2 };
        return method switch
        {
            "soft-movement" => options with { Lambda = target > 0.05 ? 300 : 1500 },
            "l0" => options with { Lambda = target > 0.05 ? 100 : 400 },
            _ => options with { Density = target },
        };
    }
}
