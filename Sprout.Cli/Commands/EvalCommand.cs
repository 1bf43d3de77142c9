// sprout eval
using System.CommandLine;
using System.Text.Json.Nodes;
using Sprout.Bert.Training;
using Sprout.Cli.Settings;
using Sprout.Tensors;
using Sprout.Tensors.IO;

namespace Sprout.Cli.Commands;

/// <summary>Metrics of a model folder on a task's data.</summary>
public static class EvalCommand
{
    /// <summary>The line of <c>sprout --help</c>.</summary>
    public const string Summary = "Metrics of a model folder on a task's data.";

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("eval", Summary);
        var task = new TaskSettings(command, train: false);
        var device = new DeviceSettings(command);
        var batchSize = new Option<int>("--eval-batch-size", "--batch-size", "--per_device_eval_batch_size") { Description = "Sequences in one forward pass", DefaultValueFactory = _ => 64, HelpName = "n" };
        var predictions = new Option<string?>("--predictions") { Description = "File for one JSON line an example", HelpName = "file" };
        var json = new Option<bool>("--json") { Description = "Print the metrics as one JSON document" };
        command.Options.Add(batchSize);
        command.Options.Add(predictions);
        command.Options.Add(json);
        command.SetAction(result =>
        {
            int batch = result.GetValue(batchSize);
            if (batch < 1) throw new OptionException($"--eval-batch-size: expected 1 or more, found {batch}.");
            TaskOptions options = task.Read(result);
            using IBackend backend = device.Open(result);
            using TaskSession session = TaskSession.Load(backend, options, train: false, note: terminal.Log);
            IReadOnlyDictionary<string, double> metrics = Evaluate(terminal, session.Objective, batch, result.GetValue(predictions));
            if (result.GetValue(json)) terminal.Document(ToJson(metrics));
            else Print(terminal, metrics);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Evaluates and, when a file is named, writes the predictions, whole or not at all.</summary>
    internal static IReadOnlyDictionary<string, double> Evaluate(Terminal terminal, Objective objective, int batchSize, string? predictions)
    {
        var lines = new System.Text.StringBuilder();
        IReadOnlyDictionary<string, double> metrics = objective.Evaluate(
            batchSize, predictions is null ? null : json => lines.Append(Terminal.Line(json)).Append('\n'), new ProgressDisplay(terminal), terminal.Cancellation);
        if (predictions is not null) AtomicFile.WriteText(predictions, lines.ToString());
        return metrics;
    }

    /// <summary>Prints metrics, a line each, sorted by name.</summary>
    internal static void Print(Terminal terminal, IReadOnlyDictionary<string, double> metrics)
    {
        foreach ((string name, double value) in metrics.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            terminal.Output.WriteLine(FormattableString.Invariant($"{name} = {value:0.######}"));
    }

    /// <summary>Metrics as a JSON object; what is not finite becomes null.</summary>
    internal static JsonObject ToJson(IReadOnlyDictionary<string, double> metrics)
    {
        var json = new JsonObject();
        foreach ((string name, double value) in metrics.OrderBy(pair => pair.Key, StringComparer.Ordinal)) json[name] = double.IsFinite(value) ? value : null;
        return json;
    }
}
