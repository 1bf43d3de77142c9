// Carries out all runs of the demo.
using System.Diagnostics;
using Sprout.Bert.Training;
using Sprout.Cli.Shell;
using Sprout.Pruning.Runs;

namespace Sprout.Cli.Demo;

/// <summary>
/// Carries out all runs of the demo side by side, one on each core: the dense ones first, the pruned ones of a seed as soon as its dense model is there.
/// </summary>
/// <param name="terminal">Receives a line a run.</param>
/// <param name="seeds">Runs of each kind.</param>
/// <param name="output">Receives the models of all dense runs and of the pruned runs of the first seed.</param>
internal sealed class DemoJob(Terminal terminal, int seeds, string output) : IDisposable
{
    private readonly SemaphoreSlim cores = new(Environment.ProcessorCount);
    private readonly List<DemoOutcome> outcomes = [];
    private readonly long start = Stopwatch.GetTimestamp();
    private long stepsDone;

    /// <summary>Runs in all.</summary>
    public int Count => seeds * (1 + DemoRun.Pruned.Count);

    private long Steps => seeds * (DemoRun.Dense.Steps + DemoRun.Pruned.Sum(run => run.Steps));

    /// <summary>Carries them out.</summary>
    public IReadOnlyList<DemoOutcome> Execute()
    {
        Task[] dense = [.. Enumerable.Range(0, seeds).Select(seed => Train(DemoRun.Dense, seed, null))];
        Task.WhenAll(from seed in Enumerable.Range(0, seeds) from run in DemoRun.Pruned select Train(run, seed, dense[seed])).GetAwaiter().GetResult();
        return outcomes;
    }

    /// <inheritdoc/>
    public void Dispose() => cores.Dispose();

    /// <summary>The folder of a run.</summary>
    public string FolderOf(DemoRun run, int seed) => Path.Combine(output, "runs", FormattableString.Invariant($"{run.FolderName}-seed{seed}"));

    private async Task Train(DemoRun run, int seed, Task? dense)
    {
        if (dense is not null) await dense;
        await cores.WaitAsync(terminal.Cancellation);
        try
        {
            await Task.Run(() => Execute(run, seed), terminal.Cancellation);
        }
        finally
        {
            cores.Release();
        }
    }

    private void Execute(DemoRun run, int seed)
    {
        bool isSaved = run == DemoRun.Dense || seed == 0;
        Recipe recipe = run.RecipeOf(seed, run == DemoRun.Dense ? null : FolderOf(DemoRun.Dense, seed));
        var setup = new RunSetup { Task = DemoRun.Task, Overwrite = isSaved, Progress = new StepCounter(() => Interlocked.Increment(ref stepsDone)) };
        RunResult result = Run.Execute(recipe, isSaved ? FolderOf(run, seed) : null, setup, terminal.Cancellation);
        lock (outcomes)
        {
            var outcome = new DemoOutcome(run, seed, result);
            outcomes.Add(outcome);
            double left = Stopwatch.GetElapsedTime(start).TotalSeconds * (Steps - stepsDone) / stepsDone;
            terminal.Log(FormattableString.Invariant(
                $"{outcomes.Count,2}/{Count} {run.Title,-32} accuracy {100 * outcome.Accuracy:0.0}, {100 * result.Density:0.0} % remain, {left:0} s left"));
        }
    }

    /// <summary>Counts training steps.</summary>
    private sealed class StepCounter(Action step) : IProgress<TrainerProgress>
    {
        public void Report(TrainerProgress value)
        {
            if (value.Stage == "train") step();
        }
    }
}
