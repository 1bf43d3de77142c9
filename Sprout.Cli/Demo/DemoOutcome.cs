// What a run of the demo reached.
using Sprout.Pruning.Runs;

namespace Sprout.Cli.Demo;

/// <summary>What a run of the demo reached.</summary>
/// <param name="Run">What was run.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Result">What it left.</param>
internal sealed record DemoOutcome(DemoRun Run, int Seed, RunResult Result)
{
    /// <summary>On the evaluation sentences, in [0, 1].</summary>
    public double Accuracy => Result.Metrics["eval_accuracy"];
}
