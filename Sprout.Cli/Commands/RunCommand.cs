// What train and pretrain have in common.
using System.CommandLine;
using System.Text.Json.Nodes;
using Sprout.Bert.Metrics;
using Sprout.Bert.Training;
using Sprout.Cli.Options;
using Sprout.Cli.Shell;
using Sprout.Export.TensorBoard;
using Sprout.Pruning.Runs;
using Sprout.Tensors.Devices;
using Sprout.Tensors.IO;

namespace Sprout.Cli.Commands;

/// <summary>Carries out a recipe and prints what it left.</summary>
internal static class RunCommand
{
    /// <summary>Carries out a recipe.</summary>
    /// <returns>The exit code.</returns>
    public static int Execute(Terminal terminal, RunOptions run, Recipe recipe, ParseResult result)
    {
        string output = run.Output(result);
        // The run itself knows no files but its own.
        PredictionFile? predictions = PredictionFile.Of(run.Predictions(result), recipe, output);
        using ProfiledBackend? profile = run.Profile(result) ? new ProfiledBackend(recipe.Device.Open(terminal.Log)) : null;
        // Shown at the end: a full standard output must not end the run before its model is saved.
        using var kernels = new StringWriter();
        var setup = new RunSetup
        {
            Resume = run.Resume(result),
            Overwrite = run.Overwrite(result),
            Progress = new ProgressDisplay(terminal),
            Note = terminal.Log,
            Understood = summary =>
            {
                terminal.HeedsCancellation = true;
                foreach (string sentence in summary.Describe()) terminal.Log(sentence);
            },
            Log = folder => new TensorBoardLog(folder),
            Predictions = predictions?.Add,
            Backend = profile,
            Starting = () => profile?.Restart(),
            Trained = () =>
            {
                if (profile is not null) ProfileTable.Write(kernels, profile);
            },
        };
        RunResult outcome;
        try
        {
            outcome = Run.Execute(recipe, output, setup, terminal.Cancellation);
        }
        catch (OperationCanceledException e)
        {
            terminal.Log(e.Message);
            if (Checkpoint.Any(output) && !RunFolder.IsFinished(output)) terminal.Log($"To continue: {CommandLine.ToResume(terminal.Arguments)}");
            return ExitCode.Cancelled;
        }

        ((TextWriter)(run.Json(result) ? terminal.LogWriter : terminal.Output)).Write(kernels);
        if (predictions is not null) FullDisk.Retry(predictions.Write, terminal.Log, terminal.Cancellation);
        if (run.Json(result)) terminal.Document(ToJson(outcome));
        else Print(terminal, outcome);
        return ExitCode.Done;
    }

    private static JsonObject ToJson(RunResult outcome)
    {
        JsonObject document = MetricText.ToJson(outcome.Metrics);
        foreach ((string name, JsonNode? value) in MetricText.ToJson(outcome.Cost.Numbers())) document[name] = value?.DeepClone();
        if (outcome.Pruning is not null) document["density"] = outcome.Density;
        if (outcome.Pruning?.PredictedSpeedup is double speedup) document["predicted_speedup"] = speedup;
        document["output"] = outcome.Output;
        return document;
    }

    private static void Print(Terminal terminal, RunResult outcome)
    {
        foreach ((string suffix, ClassReport report) in outcome.ClassReports) ClassTable.Write(terminal, report, suffix);
        MetricText.Print(terminal, outcome.Metrics);
        foreach ((string what, string value) in outcome.Cost.Describe()) terminal.Output.WriteLine($"{what} = {value}");
        if (outcome.Pruning?.SpeedupText is string speedup) terminal.Output.WriteLine(speedup);
        terminal.Output.WriteLine($"model = {outcome.Output}");
    }
}
