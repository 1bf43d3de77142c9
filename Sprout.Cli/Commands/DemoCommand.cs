// sprout demo
using System.CommandLine;
using System.Diagnostics;
using Sprout.Cli.Demo;
using Sprout.Cli.Options;
using Sprout.Cli.Shell;
using Sprout.Tensors;

namespace Sprout.Cli.Commands;

/// <summary>
/// The main job on what the repository embeds: dense fine-tuning, then every method at 10 % and 3 %, with and without distillation, over several seeds.
/// </summary>
internal static class DemoCommand
{
    /// <summary>The line of <c>sprout --help</c>.</summary>
    public const string Summary = "Fine-tune and prune a small BERT on what comes with Sprout; under 2 minutes on 2 cores, no network.";

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("demo", Summary);
        var seeds = new Option<int>("--seeds")
        {
            Description = "Runs of each kind, for mean and spread", DefaultValueFactory = _ => 3, HelpName = "n", CustomParser = Values.WholeNumber,
        };
        var output = new Option<string>("--output", "--output_dir")
        {
            Description = "Folder for the report", DefaultValueFactory = _ => "sprout-demo", HelpName = "folder",
        };
        var write = new Option<string?>("--write-data")
        {
            Description = "Only write model, vocabulary, data and corpus into this folder, for sprout train and sprout pretrain", HelpName = "folder",
        };
        var corpus = new Option<int>("--corpus-lines")
        {
            Description = "With --write-data: sentences for pre-training",
            DefaultValueFactory = _ => 200_000, HelpName = "n", CustomParser = Values.WholeNumber,
        };
        var json = new Option<bool>("--json") { Description = "Print the table as one JSON document" };
        foreach (Option option in (Option[])[seeds, output, write, corpus, json]) command.Options.Add(option);
        command.SetAction(result =>
        {
            terminal.HeedsCancellation = true;
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
        DemoTable.RequireOwn(output);
        using var job = new DemoJob(terminal, seeds, output);
        terminal.Log($"{DemoAssets.TrainCount} sentences about films, hotels and the like, to be called positive or negative.");
        terminal.Log($"{job.Count} runs: {seeds} fine-tune a small BERT, the others prune what came of it, one run a core.");
        Task<double> bagOfWords = Task.Run(() => new WordCountModel(DemoAssets.Sets.Train, order: 1, epochs: 10).Accuracy(DemoAssets.Sets.Dev));
        IReadOnlyList<DemoOutcome> outcomes = job.Execute();
        var table = new DemoTable(outcomes, seeds, Stopwatch.GetElapsedTime(start).TotalSeconds, bagOfWords.GetAwaiter().GetResult());
        table.Save(output);
        if (json)
        {
            terminal.Document(table.ToJson());
            return;
        }

        table.Print(terminal);
        string best = job.FolderOf(table.Best, seed: 0);
        terminal.Output.WriteLine($"Report: {Path.Combine(output, DemoTable.ReportFile)}");
        terminal.Output.WriteLine();
        terminal.Output.WriteLine("Try the best one:");
        terminal.Output.WriteLine($"  echo \"the band was not bad.\" | sprout predict --model {best}");
        terminal.Output.WriteLine($"  sprout inspect {best}");
    }
}
