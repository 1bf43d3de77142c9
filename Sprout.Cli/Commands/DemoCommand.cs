// sprout demo
using System.CommandLine;
using System.Diagnostics;
using Sprout.Cli.Demo;
using Sprout.Tensors;

namespace Sprout.Cli.Commands;

/// <summary>The main job on what the repository embeds: dense fine-tuning, then every method at 10 % and 3 %, with and without distillation, over several seeds.</summary>
public static class DemoCommand
{
    /// <summary>The line of <c>sprout --help</c>.</summary>
    public const string Summary = "Fine-tune and prune a small BERT on what comes with Sprout; under 2 minutes on 2 cores, no network.";

    private const int DenseSteps = 1200;
    private const int PrunedSteps = 300;
    private const double LearningRate = 1e-3;

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("demo", Summary);
        var seeds = new Option<int>("--seeds") { Description = "Runs of each kind, for mean and spread", DefaultValueFactory = _ => 3, HelpName = "n" };
        var output = new Option<string>("--output", "--output_dir") { Description = "Folder for the report", DefaultValueFactory = _ => "sprout-demo", HelpName = "folder" };
        var write = new Option<string?>("--write-data") { Description = "Only write model, vocabulary, data and corpus into this folder, for sprout train and sprout pretrain", HelpName = "folder" };
        var corpus = new Option<int>("--corpus-lines") { Description = "With --write-data: sentences for pre-training", DefaultValueFactory = _ => 200_000, HelpName = "n" };
        var json = new Option<bool>("--json") { Description = "Print the table as one JSON document" };
        foreach (Option option in (Option[])[seeds, output, write, corpus, json]) command.Options.Add(option);
        command.SetAction(result =>
        {
            if (result.GetValue(write) is string folder)
            {
                DemoAssets.Write(folder, result.GetValue(corpus));
                return ExitCode.Done;
            }

            int count = result.GetValue(seeds);
            if (count < 1) throw new OptionException($"--seeds: expected 1 or more, found {count}.");
            Run(terminal, count, result.GetValue(output)!, result.GetValue(json));
            return ExitCode.Done;
        });
        return command;
    }

    private static void Run(Terminal terminal, int seeds, string output, bool json)
    {
        long start = Stopwatch.GetTimestamp();
        terminal.Log($"{seeds} seeds: a dense run of {DenseSteps} steps each, then {DemoRecipes.Pruned.Count} pruned runs of {PrunedSteps} steps each from it.");
        var outcomes = new List<DemoOutcome>();
        int done = 0, total = seeds * (1 + DemoRecipes.Pruned.Count);
        using var cores = new SemaphoreSlim(Environment.ProcessorCount);
        async Task<float[][]> Train(DemoRecipe recipe, int seed, int steps, Task<float[][]>? dense)
        {
            float[][]? weights = dense is null ? null : await dense;
            await cores.WaitAsync(terminal.Cancellation);
            try
            {
                (DemoOutcome outcome, float[][] trained) = await Task.Run(() => DemoRun.Train(recipe, seed, steps, LearningRate, weights, terminal.Cancellation), terminal.Cancellation);
                lock (outcomes)
                {
                    outcomes.Add(outcome);
                    terminal.Log(FormattableString.Invariant($"{++done}/{total} · {Name(outcome.Recipe)} · accuracy {100 * outcome.Accuracy:0.0} · {100 * outcome.Density:0.0} % remaining · {outcome.Seconds:0.0} s"));
                }

                return trained;
            }
            finally
            {
                cores.Release();
            }
        }

        Task<float[][]>[] denseRuns = [.. Enumerable.Range(0, seeds).Select(seed => Train(DemoRecipes.Dense, seed, DenseSteps, null))];
        Task.WhenAll(from seed in Enumerable.Range(0, seeds) from recipe in DemoRecipes.Pruned select Train(recipe, seed, PrunedSteps, denseRuns[seed])).GetAwaiter().GetResult();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        DemoTable table = DemoTable.Of(outcomes, seeds, seconds);
        if (json) terminal.Document(table.ToJson());
        else table.Print(terminal);
        table.Save(output);
        terminal.Log($"Report: {Path.GetFullPath(Path.Combine(output, DemoTable.ReportFile))}");
    }

    private static string Name(DemoRecipe recipe) =>
        recipe.Target == 1 ? recipe.Method : FormattableString.Invariant($"{recipe.Method} at {100 * recipe.Target:0} %{(recipe.Distilled ? ", distilled" : "")}");
}
