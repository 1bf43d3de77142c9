// Rows of a user's file, whatever its format.
using System.Globalization;
using System.Text.Json;
using Sprout.Bert.Files;
using Sprout.Tensors;

namespace Sprout.Bert.Data;

/// <summary>One row: its line, its texts and, if the file has labels, its label as it is written, or its labels.</summary>
internal readonly record struct TextTableRow(int Line, string Text, string? Pair, string? Label, IReadOnlyList<string>? Labels)
{
    public bool IsLabelled => Label is not null || Labels is not null;
}

internal static class TextTable
{
    /// <summary>File endings and, in the same order of preference, the names that a folder is searched for.</summary>
    public static readonly string[] Extensions = [".tsv", ".csv", ".jsonl", ".json", ".txt"];

    public static IEnumerable<TextTableRow> Read(string path, CustomTextOptions options, bool needLabels)
    {
        options.Validate();
        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".csv" => ReadDelimited(path, Delimited.ReadCsv(path), options, needLabels),
            ".tsv" or ".txt" => ReadDelimited(path, Delimited.ReadTsv(path), options, needLabels),
            ".jsonl" or ".json" => ReadJson(path, options, needLabels),
            var other => throw new InputException($"{path}: expected a file that ends in {string.Join(", ", Extensions)}, found {InputFile.Quote(other)}."),
        };
    }

    /// <summary>Whether a file's rows are JSON objects.</summary>
    public static bool IsJson(string path) => Path.GetExtension(path).ToLowerInvariant() is ".jsonl" or ".json";

    /// <summary>The columns that are read of a file; null of an empty one.</summary>
    public static ColumnSummary? Describe(string path, CustomTextOptions options)
    {
        string[]? names;
        bool header = true;
        if (IsJson(path))
        {
            names = JsonLines.Read(path).Select(row => row.Value.EnumerateObject().Select(property => property.Name).ToArray()).FirstOrDefault();
        }
        else
        {
            bool commas = Path.GetExtension(path).Equals(".csv", StringComparison.OrdinalIgnoreCase);
            names = (commas ? Delimited.ReadCsv(path) : Delimited.ReadTsv(path)).Select(row => Trimmed(row.Fields)).FirstOrDefault();
            header = names is not null && TextColumns.HasHeader(names, options);
        }

        if (names is null) return null;
        TextColumns columns = TextColumns.Find(header ? names : null, names.Length, options, needLabels: false, path, line: 1);
        string? Name(int column) => column < 0 ? null : header ? names[column] : column.ToString(CultureInfo.InvariantCulture);
        return new ColumnSummary(path, Name(columns.Text)!, Name(columns.Pair), Name(columns.Label));
    }

    private static IEnumerable<TextTableRow> ReadDelimited(
        string path, IEnumerable<DelimitedRow> rows, CustomTextOptions options, bool needLabels)
    {
        TextColumns columns = default;
        int width = 0;
        string[] names = [];
        foreach ((int line, string[] fields) in rows)
        {
            if (width == 0)
            {
                width = fields.Length;
                bool header = TextColumns.HasHeader(fields, options);
                if (header) names = Trimmed(fields);
                columns = TextColumns.Find(header ? names : null, width, options, needLabels, path, line);
                if (header) continue;
            }

            // A cell too many is most often an unquoted delimiter in a text, and would shift the label.
            if (fields.Length != width) throw InputFile.Bad(path, line, $"{width} cells", $"{fields.Length}");
            // Files that were put together have their header again in the middle.
            if (width > 1 && fields[columns.Text].Trim() == names.ElementAtOrDefault(columns.Text) && Trimmed(fields).SequenceEqual(names))
                throw InputFile.Bad(path, line, "a row of data", "the header again");
            string? label = columns.Label < 0 || options.IsMultiLabel ? null : LabelIds.Clean(fields[columns.Label], needLabels, path, line);
            yield return new TextTableRow(
                line, fields[columns.Text], columns.Pair < 0 ? null : fields[columns.Pair], label,
                columns.Label >= 0 && options.IsMultiLabel ? LabelIds.Several(fields[columns.Label], path, line) : null);
        }
    }

    private static string[] Trimmed(string[] fields) => [.. fields.Select(field => field.Trim())];

    private static IEnumerable<TextTableRow> ReadJson(string path, CustomTextOptions options, bool needLabels)
    {
        string? text = null, pair = null, label = null;
        foreach ((int line, JsonElement value) in JsonLines.Read(path))
        {
            if (text is null)
            {
                string[] keys = [.. value.EnumerateObject().Select(property => property.Name)];
                TextColumns columns = TextColumns.Find(keys, keys.Length, options, needLabels, path, line);
                text = keys[columns.Text];
                pair = columns.Pair < 0 ? null : keys[columns.Pair];
                label = columns.Label < 0 ? null : keys[columns.Label];
            }

            yield return new TextTableRow(
                line, Cell(value, text, path, line), pair is null ? null : Cell(value, pair, path, line),
                label is null || options.IsMultiLabel ? null : LabelIds.Clean(Cell(value, label, path, line), needLabels, path, line),
                label is not null && options.IsMultiLabel ? Several(value, label, path, line) : null);
        }
    }

    // An array of labels, or a text as in other files.
    private static IReadOnlyList<string> Several(JsonElement row, string key, string path, int line) =>
        row.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select(item => LabelIds.Clean(Text(item, key, path, line), needed: true, path, line)!)
                .Distinct(StringComparer.Ordinal)]
            : LabelIds.Several(Cell(row, key, path, line), path, line);

    private static string Cell(JsonElement row, string key, string path, int line) =>
        row.TryGetProperty(key, out JsonElement value) ? Text(value, key, path, line)
            : throw InputFile.Bad(path, line, $"a key {InputFile.Quote(key)}", "none");

    private static string Text(JsonElement value, string key, string path, int line)
    {
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.String => value.GetString()!,
                JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
                _ => throw InputFile.Bad(path, line, $"a string, a number or a boolean in {InputFile.Quote(key)}", JsonLines.Kind(value)),
            };
        }
        catch (InvalidOperationException e)
        {
            throw new InputException($"{path}, line {line}: expected Unicode text in {InputFile.Quote(key)}, found half a surrogate pair.", e);
        }
    }
}
