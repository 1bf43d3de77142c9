// Which labels a training file has.
using Sprout.Bert.Files;
using Sprout.Tensors;

namespace Sprout.Bert.Data;

/// <summary>The different labels of a training file, how often each occurs and where first.</summary>
internal sealed class LabelCensus
{
    private readonly Dictionary<string, (int Count, int Line)> found = new(StringComparer.Ordinal);
    private readonly string path;
    private readonly int least;
    private int rows;
    private string? first;

    private LabelCensus(string path, int least) => (this.path, this.least) = (path, least);

    /// <summary>Whether all labels are numbers and at least one is not whole.</summary>
    public bool HasFractions => AreNumbers(found.Keys) && found.Keys.Any(label => !double.IsInteger(LabelIds.Number(label)!.Value));

    /// <summary>Reads the labels of a file.</summary>
    /// <exception cref="InputException">The file is bad, a label is missing, or the first row reads as a header.</exception>
    public static LabelCensus Take(string path, CustomTextOptions options)
    {
        // The examples are read afterwards.
        InputFile.RequireSeveralReads(path);
        var census = new LabelCensus(path, least: options.IsMultiLabel ? 1 : 2);
        foreach (TextTableRow row in TextTable.Read(path, options, needLabels: true))
            foreach (string label in row.Labels ?? [row.Label!]) census.Add(label, row.Line);
        // JSON has no header, and among label sets a rare one is nothing odd.
        if (!options.IsMultiLabel && !TextTable.IsJson(path)) census.RequireNoHeader();
        census.RequireNoGaps();
        return census;
    }

    /// <summary>The labels as classes, sorted as numbers when all are numbers and else by code unit.</summary>
    /// <exception cref="InputException">There are fewer than two (of label sets: none), or two spellings of one number.</exception>
    public string[] Classes()
    {
        if (found.Count < least)
        {
            string expected = least == 1 ? "a label" : "at least two different labels";
            throw new InputException($"{path}: expected {expected}, found {(found.Count == 0 ? "none" : InputFile.QuoteAll(found.Keys))}.");
        }

        foreach (IGrouping<double?, string> same in found.Keys.GroupBy(LabelIds.Number).Where(group => group.Key is not null && group.Count() > 1))
        {
            string other = same.MaxBy(label => found[label].Line)!;
            throw InputFile.Bad(path, found[other].Line, "one spelling of each label", $"{InputFile.QuoteAll(same)}, which are the same number");
        }

        return AreNumbers(found.Keys)
            ? [.. found.Keys.OrderBy(label => LabelIds.Number(label)).ThenBy(label => label, StringComparer.Ordinal)]
            : [.. found.Keys.Order(StringComparer.Ordinal)];
    }

    private static bool AreNumbers(IEnumerable<string> labels) => labels.All(label => LabelIds.Number(label) is not null);

    private void Add(string label, int line)
    {
        rows++;
        first ??= label;
        found[label] = found.TryGetValue(label, out (int Count, int Line) known) ? (known.Count + 1, known.Line) : (1, line);
    }

    // With columns by index the first row is data: a header would become a class of one example.
    private void RequireNoHeader()
    {
        const int enough = 5;
        if (first is null || found[first] is not (1, 1) || LabelIds.Number(first) is not null) return;
        string[] others = [.. found.Keys.Where(label => label != first)];
        if (others.Length == 0 || !(AreNumbers(others) || (rows >= enough && others.All(label => found[label].Count > 1)))) return;
        string problem = $"{path}, line 1: expected a row of data, found the label {InputFile.Quote(first)} that no other row has, as a header";
        throw new InputException($"{problem}; give the columns by name, or put a header before the data.");
    }

    // Among numbers a word such as NA is no class.
    private void RequireNoGaps()
    {
        string[] words = [.. found.Keys.Where(label => LabelIds.Number(label) is null)];
        if (words.Length > 0 && words.Length < found.Count && words.All(LabelIds.IsMissingNumber))
            throw InputFile.Bad(path, found[words[0]].Line, "a number as in the other rows", InputFile.Quote(words[0]));
    }
}
