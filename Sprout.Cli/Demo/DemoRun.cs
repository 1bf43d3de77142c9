// The runs of the demo.
using Sprout.Bert.Data;
using Sprout.Bert.Tasks;
using Sprout.Bert.Training;
using Sprout.Pruning;
using Sprout.Pruning.Runs;
using Sprout.Tensors.Devices;

namespace Sprout.Cli.Demo;

/// <summary>A kind of run of the demo: dense fine-tuning, or a method at a target, started from the dense model of the same seed.</summary>
/// <param name="Method">"dense" or a pruning method.</param>
/// <param name="Target">Remaining share aimed at; 1 for the dense run.</param>
/// <param name="Distilled">Whether the dense model teaches.</param>
/// <param name="Pruning">The method's options.</param>
internal sealed record DemoRun(string Method, double Target, bool Distilled, PruningOptions Pruning)
{
    private const int MaxLength = 32, BatchSize = 32;
    private const double LearningRate = 1e-3;

    /// <summary>Dense fine-tuning.</summary>
    public static DemoRun Dense { get; } = new("dense", 1, false, new PruningOptions());

    /// <summary>The pruned runs, in the order of the table: each method at 10 % and 3 % remaining weights, with and without distillation.</summary>
    public static IReadOnlyList<DemoRun> Pruned { get; } =
    [
        .. from target in (double[])[0.10, 0.03]
           from method in (string[])["magnitude", "movement", "soft-movement", "l0"]
           from distilled in (bool[])[false, true]
           select new DemoRun(method, target, distilled, OptionsOf(method, target, distilled)),
    ];

    /// <summary>The sentences with their labels.</summary>
    public static ListTask Task { get; } = new(
        ["negative", "positive"], DemoAssets.Examples(DemoAssets.Sets.Train), DemoAssets.Examples(DemoAssets.Sets.Dev), "reviews");

    /// <summary>Optimiser steps.</summary>
    public int Steps => this == Dense ? 1200 : 300;

    /// <summary>What the run is called in messages.</summary>
    public string Title => this == Dense ? Method : FormattableString.Invariant($"{Method} at {100 * Target:0} %{(Distilled ? ", distilled" : "")}");

    /// <summary>What its folder is called.</summary>
    public string FolderName => this == Dense ? Method : FormattableString.Invariant($"{Method}-{100 * Target:0}{(Distilled ? "-distilled" : "")}");

    /// <summary>What to do, on one thread, so that runs go side by side.</summary>
    /// <param name="seed">Decides everything random.</param>
    /// <param name="dense">The folder of the fine-tuned dense model to start from and, in a distilled run, to learn from; null: the pre-trained model.</param>
    public Recipe RecipeOf(int seed, string? dense) => new()
    {
        Task = new TaskOptions { Model = dense ?? DemoAssets.ModelFolder, Teacher = Distilled ? dense : null, MaxLength = MaxLength },
        Training = new TrainingOptions
        {
            MaxSteps = Steps,
            BatchSize = BatchSize,
            LearningRate = LearningRate,
            WarmupSteps = Steps / 10,
            Seed = (ulong)seed,
            EvalEvery = 0,
            SaveEvery = 0,
            EvalBatchSize = 128,
        },
        Pruning = Pruning,
        Device = new DeviceOptions { Threads = 1 },
    };

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
