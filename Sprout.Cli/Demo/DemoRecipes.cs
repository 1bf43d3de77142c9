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
           select new DemoRecipe(method, target, distilled, OptionsOf(method, target, distilled)),
    ];

    // Soft movement and L0 have no target density: their λ was chosen so that they end near it on this data; what remains is measured and printed.
    private static PruningOptions OptionsOf(string method, double target, bool distilled)
    {
        var options = new PruningOptions { Method = method, ScoreLearningRate = 3e-2, FinalWarmup = 2 };
        return (method, target > 0.05) switch
        {
            ("soft-movement", true) => options with { Lambda = distilled ? 420 : 570 },
            ("soft-movement", false) => options with { Lambda = distilled ? 850 : 1000 },
            ("l0", true) => options with { Lambda = distilled ? 720 : 470 },
            ("l0", false) => options with { Lambda = distilled ? 1250 : 800 },
            _ => options with { Density = target },
        };
    }
}
