// sprout demo
using System.CommandLine;
using System.Diagnostics;
using Sprout.Cli.Demo;
using Sprout.Tensors;

namespace Sprout.Cli.Commands;

/// <summary>The main job on what the repository embeds: dense fine-tuning, then every method at 10 % and 3 %, with and without distillation, over several seeds.</summary>
public static class DemoCommand
{
    private const int DenseSteps = 800;
    private const int PrunedSteps = 400;
    private const double DenseRate = 1e-3;
    private const double PrunedRate = 1e-3;

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("demo", "Fine-tune and prune a small BERT on what comes with Sprout; under 2 minutes on 2 cores, no network.");
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
        float[][][] dense = new float[seeds][][];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = terminal.Cancellation };
        void Report(DemoOutcome outcome)
        {
            lock (outcomes)
            {
                outcomes.Add(outcome);
                terminal.Log(FormattableString.Invariant($"{++done}/{total} · {Name(outcome.Recipe)} · accuracy {100 * outcome.Accuracy:0.0} · {100 * outcome.Density:0.0} % remaining · {outcome.Seconds:0.0} s"));
            }
        }

        Parallel.For(0, seeds, parallel, seed =>
        {
            (DemoOutcome outcome, dense[seed]) = DemoRun.Train(DemoRecipes.Dense, seed, DenseSteps, DenseRate, null, terminal.Cancellation);
            Report(outcome);
        });
        Parallel.For(0, seeds * DemoRecipes.Pruned.Count, parallel, job =>
        {
            (int recipe, int seed) = Math.DivRem(job, seeds);
            (DemoOutcome outcome, _) = DemoRun.Train(DemoRecipes.Pruned[recipe], seed, PrunedSteps, PrunedRate, dense[seed], terminal.Cancellation);
            Report(outcome);
        });

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
