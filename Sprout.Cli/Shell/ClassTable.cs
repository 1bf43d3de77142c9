// How a classification's classes are shown.
using System.Globalization;
using Spectre.Console;
using Sprout.Bert.Metrics;

namespace Sprout.Cli.Shell;

/// <summary>Precision, recall and F1 of every class, and what its examples were taken for.</summary>
internal static class ClassTable
{
    // With more classes than this the columns of the matrix do not fit on a screen; then the most frequent mistakes stand in their place.
    private const int MostColumns = 4;
    private const int MostMistakes = 2;

    // Of a narrower screen the table's columns take all, and names of classes stand in letters below each other.
    private const int LeastWidth = 72;

    /// <summary>Writes the table of an evaluation set to the messages.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="report">What was predicted.</param>
    /// <param name="suffix">What follows the names of the set's metrics, such as "_mm".</param>
    public static void Write(Terminal terminal, ClassReport report, string suffix)
    {
        if (terminal.LogWriter.IsScreen && MessageWriter.Columns < LeastWidth)
        {
            foreach (string line in Lines(report, suffix)) terminal.Log(line);
            return;
        }

        var matrix = report as ConfusionMatrix;
        bool columns = matrix?.Classes <= MostColumns;
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn("class" + suffix));
        foreach (string header in (string[])["precision", "recall", "F1", "count"])
            table.AddColumn(new TableColumn(header) { NoWrap = true, Alignment = Justify.Right });
        if (!columns && matrix is not null) table.AddColumn("taken for");
        for (int id = 0; columns && id < report.Classes; id++) table.AddColumn(new TableColumn($"as {id}") { NoWrap = true, Alignment = Justify.Right });
        for (int id = 0; id < report.Classes; id++)
        {
            string[] row =
            [
                $"{id} {report.LabelNames[id]}", Percent(report.Precision(id)), Percent(report.Recall(id)), Percent(report.F1(id)), Text(report.Support(id)),
                .. matrix is null ? [] : columns ? Enumerable.Range(0, matrix.Classes).Select(other => Text(matrix.Count(id, other))) : [Mistakes(matrix, id)],
            ];
            table.AddRow(row.Select(Markup.Escape).ToArray());
        }

        Tables.Write(terminal.LogWriter, table);
    }

    /// <summary>The same in short lines, for narrow screens.</summary>
    internal static IEnumerable<string> Lines(ClassReport report, string suffix)
    {
        for (int id = 0; id < report.Classes; id++)
        {
            yield return $"class{suffix} {id} {report.LabelNames[id]}: {Text(report.Support(id))}";
            yield return $"  precision {Percent(report.Precision(id))}";
            yield return $"  recall {Percent(report.Recall(id))}, F1 {Percent(report.F1(id))}";
            if (report is ConfusionMatrix matrix && Mistakes(matrix, id) is { Length: > 0 } mistakes) yield return $"  taken for {mistakes}";
        }
    }

    private static string Mistakes(ConfusionMatrix matrix, int id) => string.Join(
        ", ",
        Enumerable.Range(0, matrix.Classes).Where(other => other != id && matrix.Count(id, other) > 0)
            .OrderByDescending(other => matrix.Count(id, other)).Take(MostMistakes)
            .Select(other => $"{Text(matrix.Count(id, other))} × {matrix.LabelNames[other]}"));

    private static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture);

    private static string Text(int count) => count.ToString(CultureInfo.InvariantCulture);
}
