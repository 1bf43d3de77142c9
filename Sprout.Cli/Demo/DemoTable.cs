// The table that the demo prints.
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Spectre.Console;
using Sprout.Cli.Shell;
using Sprout.Tensors;
using Sprout.Tensors.IO;

namespace Sprout.Cli.Demo;

/// <summary>
/// Mean and spread over the seeds of every run of the demo; runs with and without distillation side by side, so that it fits into 80 columns.
/// </summary>
/// <param name="outcomes">What the runs reached.</param>
/// <param name="seeds">Runs of each kind.</param>
/// <param name="seconds">Time of all.</param>
/// <param name="bagOfWords">What counting words reaches, in [0, 1].</param>
internal sealed class DemoTable(IReadOnlyList<DemoOutcome> outcomes, int seeds, double seconds, double bagOfWords)
{
    /// <summary>The report's file name.</summary>
    public const string ReportFile = "report.md";

    private const string JsonFile = "report.json", Title = "# Sprout demo";

    private static readonly string[] Headers = ["method", "target", "accuracy", "remains", "distilled", "remains"];

    /// <summary>The pruned run that is right most often.</summary>
    public DemoRun Best { get; } = DemoRun.Pruned.MaxBy(run => outcomes.Where(outcome => outcome.Run == run).Average(outcome => outcome.Accuracy))!;

    /// <summary>Prints the table.</summary>
    public void Print(Terminal terminal)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (string header in Headers) table.AddColumn(new TableColumn(header) { NoWrap = true });
        foreach (string[] row in Rows()) table.AddRow(row.Select(Markup.Escape).ToArray());
        Tables.Write(terminal.Output, table);
        foreach (string line in Summary) terminal.Output.WriteLine(line);
    }

    /// <summary>The table as JSON.</summary>
    public JsonObject ToJson() => new()
    {
        ["seeds"] = seeds,
        ["seconds"] = seconds,
        ["bag_of_words_accuracy"] = bagOfWords,
        ["best"] = Best.FolderName,
        ["rows"] = new JsonArray([.. DemoRun.Pruned.Prepend(DemoRun.Dense).Select(run => (JsonNode)ToJson(run))]),
    };

    /// <summary>Checks, before the runs, that the report replaces nothing but one of an earlier demo.</summary>
    /// <exception cref="OptionException">There is another file of its name.</exception>
    /// <exception cref="InputException">The folder cannot be read.</exception>
    public static void RequireOwn(string folder)
    {
        foreach ((string name, string beginning) in ((string, string)[])[(ReportFile, Title), (JsonFile, "{\"seeds\":")])
        {
            string path = Path.Combine(folder, name);
            try
            {
                if (!File.Exists(path) || File.ReadLines(path).FirstOrDefault("").StartsWith(beginning, StringComparison.Ordinal)) continue;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new InputException($"Cannot read {path}, which --output would replace: {e.Message}", e);
            }

            throw new OptionException($"--output would replace {path}, which is no report of a demo; give another folder.");
        }
    }

    /// <summary>Writes <c>report.md</c> and <c>report.json</c> into a folder.</summary>
    /// <exception cref="InputException">The folder cannot be written.</exception>
    public void Save(string folder)
    {
        var text = new StringBuilder(Title + "\n\n").AppendJoin('\n', Summary).Append("\n\n");
        text.Append("| ").AppendJoin(" | ", Headers).Append(" |\n|").Append(string.Concat(Enumerable.Repeat("---|", Headers.Length))).Append('\n');
        foreach (string[] row in Rows()) text.Append("| ").AppendJoin(" | ", row).Append(" |\n");
        AtomicFile.WriteText(Path.Combine(folder, ReportFile), text.ToString());
        AtomicFile.WriteText(Path.Combine(folder, JsonFile), ToJson().ToJsonString() + "\n");
    }

    private string[] Summary =>
    [
        string.Create(CultureInfo.InvariantCulture, $"Accuracy in percent, mean ± deviation over {seeds} seeds, {DemoAssets.DevCount} sentences."),
        string.Create(CultureInfo.InvariantCulture, $"Chance is 50.0, counting words reaches {100 * bagOfWords:0.0}. * marks the best pruned model."),
        string.Create(CultureInfo.InvariantCulture, $"{outcomes.Count} runs in {seconds:0} s on {Environment.ProcessorCount} cores."),
    ];

    private IEnumerable<string[]> Rows()
    {
        yield return [DemoRun.Dense.Method, "", Accuracy(DemoRun.Dense), Remaining(DemoRun.Dense), "", ""];
        foreach (DemoRun run in DemoRun.Pruned.Where(run => !run.Distilled))
        {
            DemoRun distilled = DemoRun.Pruned.Single(other => other.Distilled && other.Method == run.Method && other.Target == run.Target);
            yield return [run.Method, Percent(run.Target, "0"), Accuracy(run), Remaining(run), Accuracy(distilled), Remaining(distilled)];
        }
    }

    private string Accuracy(DemoRun run)
    {
        double[] values = Values(run, outcome => 100 * outcome.Accuracy);
        return string.Create(CultureInfo.InvariantCulture, $"{values.Average():0.0} ± {Spread(values):0.0}{(run == Best ? " *" : "")}");
    }

    private string Remaining(DemoRun run) => Percent(Values(run, outcome => outcome.Result.Density).Average(), "0.0");

    private JsonObject ToJson(DemoRun run)
    {
        double[] accuracies = Values(run, outcome => outcome.Accuracy);
        return new JsonObject
        {
            ["method"] = run.Method,
            ["target"] = run.Target,
            ["distilled"] = run.Distilled,
            ["accuracy"] = new JsonArray([.. accuracies.Select(accuracy => (JsonNode)accuracy)]),
            ["accuracy_mean"] = accuracies.Average(),
            ["accuracy_standard_deviation"] = Spread(accuracies),
            ["density_mean"] = Values(run, outcome => outcome.Result.Density).Average(),
            ["seconds_mean"] = Values(run, outcome => outcome.Result.Metrics["train_runtime"]).Average(),
        };
    }

    private double[] Values(DemoRun run, Func<DemoOutcome, double> value) =>
        [.. outcomes.Where(outcome => outcome.Run == run).OrderBy(outcome => outcome.Seed).Select(value)];

    // The sample's standard deviation; 0 for a single seed.
    private static double Spread(double[] values) =>
        values.Length < 2 ? 0 : Math.Sqrt(values.Sum(value => Math.Pow(value - values.Average(), 2)) / (values.Length - 1));

    private static string Percent(double share, string format) => (100 * share).ToString(format, CultureInfo.InvariantCulture) + " %";
}
