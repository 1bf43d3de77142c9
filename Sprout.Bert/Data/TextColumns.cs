// Finds the text, pair and label columns of a user's file.
using System.Globalization;
using Sprout.Bert.Files;
using Sprout.Tensors;

namespace Sprout.Bert.Data;

/// <summary>Column numbers of one file; −1 for a column it does not have. The rules are those of <see cref="CustomTextOptions"/>.</summary>
internal readonly record struct TextColumns(int Text, int Pair, int Label)
{
    private static readonly string[] NotTexts = ["", "idx", "index", "id", "__index_level_0__"];
    private static readonly string[] LabelHeaders =
        ["label", "labels", "class", "category", "target", "score", "sentiment", "emotion", "rating", "stars", "polarity", "intent", "topic"];
    private static readonly string[] TextHeaders =
        ["text", "sentence", "sentence1", "review", "content", "comment", "tweet", "message", "document", "question", "query", "utterance", "title", "body"];

    public static bool HasHeader(string[] firstRow, CustomTextOptions options)
    {
        string[] given = [.. new[] { options.TextColumn, options.PairColumn, options.LabelColumn }.OfType<string>()];
        if (given.Length == 0 || given.Any(column => Index(column) < 0)) return true;
        int label = options.LabelColumn is { } column ? Index(column) : -1;
        int text = options.TextColumn is { } first ? Index(first) : -1;
        return Reads(firstRow, label, LabelHeaders) || Reads(firstRow, text, TextHeaders);
    }

    /// <summary>Finds the columns in a header, or, without one, in a first row of <paramref name="width"/> cells.</summary>
    /// <exception cref="InputException">A column is missing, or its name stands there twice.</exception>
    /// <exception cref="OptionException">Several columns may be the text, and none is given.</exception>
    public static TextColumns Find(string[]? header, int width, CustomTextOptions options, bool needLabels, string path, int line)
    {
        int Given(string column)
        {
            int at = header is null ? -1 : Array.IndexOf(header, column);
            if (at >= 0 && Array.IndexOf(header!, column, at + 1) >= 0)
                throw InputFile.Bad(path, line, $"one column {InputFile.Quote(column)}", "two of that name");
            if (at < 0 && Index(column) < width) at = Index(column);
            return at >= 0 ? at : throw Missing(column);
        }

        InputException Missing(string column)
        {
            OptionName texts = new("TextColumn"), pairs = new("PairColumn"), labels = new("LabelColumn");
            string problem = $"{path}, line {line}: expected a column {InputFile.Quote(column)}, found {Columns()}";
            return InputException.Of($"{problem}; the options are {texts}, {pairs} and {labels}, and a file without a header takes 0-based indexes.");
        }

        string Columns() => header is null ? $"{width} columns without a header" : $"the columns {InputFile.QuoteAll(header)}";

        int label = options.LabelColumn is { } labelColumn ? Given(labelColumn) : header?.Contains("label") == true ? Given("label") : -1;
        if (label < 0 && needLabels) throw Missing("label");
        int pair = options.PairColumn is { } pairColumn ? Given(pairColumn) : -1;
        if (options.TextColumn is { } textColumn) return Different(Given(textColumn), pair, label, options, path);

        int[] others =
        [
            .. Enumerable.Range(0, width).Where(i => i != label && i != pair
                && (header is null || !IsIndex(header[i]))),
        ];
        if (others.Length == 0) throw Missing("text");
        if (others.Length == 1) return new TextColumns(others[0], pair, label);
        int first = header is null ? -1 : Array.IndexOf(header, "sentence1"), second = header is null ? -1 : Array.IndexOf(header, "sentence2");
        if (pair < 0 && first >= 0 && second >= 0) return new TextColumns(first, second, label);
        if (options.GuessPair) return new TextColumns(others[0], others[1], label);
        string candidates = header is null ? string.Join(", ", others) : InputFile.QuoteAll(others.Select(i => header[i]));
        OptionName one = new("TextColumn"), two = new("PairColumn");
        throw OptionException.Of(
            $"{path}, line {line}: expected one column that may be the text, found {candidates}; choose with {one}, and {two} for a second text.");
    }

    // A name and an index may mean the same column, and a label that nobody named is found by itself.
    private static TextColumns Different(int text, int pair, int label, CustomTextOptions options, string path)
    {
        if (options.IsTextsOnly && (label == text || label == pair)) label = -1;
        if (text != pair && text != label && (pair < 0 || pair != label)) return new TextColumns(text, pair, label);
        OptionName texts = new("TextColumn"), pairs = new("PairColumn"), labels = new("LabelColumn");
        string both = text == label ? InputFile.Quote(options.TextColumn!) : InputFile.Quote(options.PairColumn!);
        string found = options.LabelColumn is null && label >= 0 ? "twice, once as the label that nobody named" : "twice";
        throw OptionException.Of($"{path}: {texts}, {pairs} and {labels}: expected different columns, found {both} {found}.");
    }

    // What pandas and others write beside the data: the number of the row.
    private static bool IsIndex(string name) =>
        NotTexts.Contains(name, StringComparer.OrdinalIgnoreCase) || name.StartsWith("Unnamed:", StringComparison.OrdinalIgnoreCase);

    private static bool Reads(string[] row, int column, string[] names) =>
        column >= 0 && column < row.Length && names.Contains(row[column].Trim(), StringComparer.OrdinalIgnoreCase);

    private static int Index(string column) =>
        int.TryParse(column, NumberStyles.None, CultureInfo.InvariantCulture, out int index) ? index : -1;
}
