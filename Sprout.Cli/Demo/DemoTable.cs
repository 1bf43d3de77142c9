// The table that the demo prints.
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Spectre.Console;
using Sprout.Tensors;
using Sprout.Tensors.IO;

namespace Sprout.Cli.Demo;

/// <summary>Mean and spread over the seeds of every run of the demo.</summary>
public sealed class DemoTable
{
    /// <summary>The report's file name.</summary>
    public const string ReportFile = "report.md";

    private static readonly string[] Headers = ["method", "target", "distilled", "accuracy", "remaining", "non-zeros", "seconds a run"];

    private readonly List<DemoRow> rows;
    private readonly int seeds;
    private readonly double seconds;

    private DemoTable(List<DemoRow> rows, int seeds, double seconds)
    {
        this.rows = rows;
        this.seeds = seeds;
        this.seconds = seconds;
    }

    /// <summary>The table of a demo's outcomes, in the order of the recipes.</summary>
    public static DemoTable Of(IReadOnlyList<DemoOutcome> outcomes, int seeds, double seconds) => new(
        [.. DemoRecipes.Pruned.Prepend(DemoRecipes.Dense).Select(recipe => new DemoRow(recipe, [.. outcomes.Where(outcome => outcome.Recipe == recipe)]))], seeds, seconds);

    /// <summary>Prints the table.</summary>
    public void Print(Terminal terminal)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (string header in Headers) table.AddColumn(header);
        foreach (DemoRow row in rows) table.AddRow(row.Cells);
        Tables.Write(terminal, table);
        terminal.Output.WriteLine(Summary);
    }

    /// <summary>The table as JSON.</summary>
    public JsonObject ToJson() => new()
    {
        ["seeds"] = seeds,
        ["seconds"] = seconds,
        ["rows"] = new JsonArray([.. rows.Select(row => (JsonNode)row.ToJson())]),
    };

    /// <summary>Writes <c>report.md</c> and <c>report.json</c> into a folder.</summary>
    /// <exception cref="InputException">The folder cannot be written.</exception>
    public void Save(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Cannot write the report's folder {folder}: {e.Message}", e);
        }

        var text = new StringBuilder("# Sprout demo\n\n").Append(Summary).Append("\n\n");
        text.Append("| ").AppendJoin(" | ", Headers).Append(" |\n|").Append(string.Concat(Enumerable.Repeat("---|", Headers.Length))).Append('\n');
        foreach (DemoRow row in rows) text.Append("| ").AppendJoin(" | ", row.Cells).Append(" |\n");
        AtomicFile.WriteText(Path.Combine(folder, ReportFile), text.ToString());
        AtomicFile.WriteText(Path.Combine(folder, "report.json"), ToJson().ToJsonString() + "\n");
    }

    private string Summary => string.Create(CultureInfo.InvariantCulture, $"Mean ± standard deviation over {seeds} seeds; {DemoAssets.DevCount} evaluation sentences; {seconds:0} s in all on {Environment.ProcessorCount} cores.");

    private sealed class DemoRow(DemoRecipe recipe, IReadOnlyList<DemoOutcome> outcomes)
    {
        public string[] Cells =>
        [
            recipe.Method,
            recipe.Target == 1 ? "" : Percent(recipe.Target, "0"),
            recipe.Distilled ? "yes" : "",
            string.Create(CultureInfo.InvariantCulture, $"{100 * Mean(o => o.Accuracy):0.0} ± {100 * Spread(o => o.Accuracy):0.0}"),
            Percent(Mean(o => o.Density), "0.0"),
            Mean(o => o.NonZeros).ToString("N0", CultureInfo.InvariantCulture),
            Mean(o => o.Seconds).ToString("0.0", CultureInfo.InvariantCulture),
        ];

        public JsonObject ToJson() => new()
        {
            ["method"] = recipe.Method,
            ["target"] = recipe.Target,
            ["distilled"] = recipe.Distilled,
            ["accuracy"] = new JsonArray([.. outcomes.Select(o => (JsonNode)o.Accuracy)]),
            ["accuracy_mean"] = Mean(o => o.Accuracy),
            ["accuracy_standard_deviation"] = Spread(o => o.Accuracy),
            ["density_mean"] = Mean(o => o.Density),
            ["non_zeros_mean"] = Mean(o => o.NonZeros),
            ["seconds_mean"] = Mean(o => o.Seconds),
        };

        private double Mean(Func<DemoOutcome, double> value) => outcomes.Average(value);

        // The sample's standard deviation; 0 for a single seed.
        private double Spread(Func<DemoOutcome, double> value) =>
            outcomes.Count < 2 ? 0 : Math.Sqrt(outcomes.Sum(o => Math.Pow(value(o) - Mean(value), 2)) / (outcomes.Count - 1));

        private static string Percent(double share, string format) => (100 * share).ToString(format, CultureInfo.InvariantCulture) + " %";
    }
}
