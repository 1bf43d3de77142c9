// The texts of a file, whatever its format.
using Sprout.Bert.Files;
using Sprout.Tensors;

namespace Sprout.Bert.Data;

/// <summary>Reads texts without labels.</summary>
public static class TextFile
{
    /// <summary>
    /// The texts, with their pairs: of a CSV, TSV or JSONL the columns that <see cref="CustomTextOptions"/> describes, of any other file its lines.
    /// </summary>
    /// <exception cref="InputException">The file is missing or not of its format.</exception>
    public static IEnumerable<(string Text, string? Pair)> Read(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".csv" or ".tsv" or ".jsonl" or ".json" => TextTable
            .Read(path, new CustomTextOptions { GuessPair = true }, needLabels: false).Select(row => (row.Text, row.Pair)),
        _ => Utf8Lines.Read(path).Select(line => (Delimited.TrimReturn(line.Text), (string?)null)),
    };
}
