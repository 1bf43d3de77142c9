// sprout eval
using System.CommandLine;
using Sprout.Bert.Metrics;
using Sprout.Bert.Tasks;
using Sprout.Cli.Options;
using Sprout.Cli.Shell;
using Sprout.Pruning.Runs;
using Sprout.Tensors;

namespace Sprout.Cli.Commands;

/// <summary>Metrics of a model on a task's data.</summary>
internal static class EvalCommand
{
    /// <summary>The line of <c>sprout --help</c>.</summary>
    public const string Summary = "Metrics of a model on a task's data.";

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("eval", Summary);
        var table = new OptionTable(command);
        RecipeOptions.AddTask(table);
        RecipeOptions.AddEvalBatchSize(table, "--batch-size");
        RecipeOptions.AddDevice(table);
        var predictions = new Option<string?>("--predictions") { Description = "File for one JSON line an example", HelpName = "file" };
        var json = new Option<bool>("--json") { Description = "Print the metrics as one JSON document" };
        command.Options.Add(predictions);
        command.Options.Add(json);
        HuggingFace.AddHarmless(command);
        command.SetAction(result =>
        {
            Recipe recipe = Evaluation.RecipeOf(table, result, table.Given(result)["model"]?.GetValue<string>(), terminal);
            PredictionFile? file = PredictionFile.Of(result.GetValue(predictions), recipe, output: null);
            using IBackend backend = recipe.Device.Open(terminal.Log);
            using TaskSession session = TaskSession.Load(backend, recipe.Task, train: false, needLabels: file is null, note: terminal.Log);
            foreach (string sentence in session.Objective.Summary.Describe(recipe.Task.Task)) terminal.Log(sentence);
            IReadOnlyDictionary<string, double> metrics = Evaluation.Run(session, recipe, terminal, file?.Add);
            // A signal waits until the file is whole.
            terminal.HeedsCancellation = true;
            file?.Write();
            foreach ((string suffix, ClassReport report) in session.Objective.ClassReports) ClassTable.Write(terminal, report, suffix);
            if (result.GetValue(json)) terminal.Document(MetricText.ToJson(metrics));
            else MetricText.Print(terminal, metrics);
            return ExitCode.Done;
        });
        return command;
    }
}
