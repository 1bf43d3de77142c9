// Matching of label names with the ids a model gives them.
using System.Globalization;
using Sprout.Bert.Files;
using Sprout.Tensors;

namespace Sprout.Bert.Data;

internal static class LabelIds
{
    private static readonly string[] AlwaysMissing = ["nan", "-nan", "<na>", "nat", "#n/a"];
    private static readonly string[] MissingAmongNumbers = ["na", "n/a", "null", "none", "inf", "-inf", "infinity", "-infinity", "?", "-"];

    /// <summary>
    /// The model's label names by id when it knows every one of <paramref name="names"/>, else null.
    /// </summary>
    /// <exception cref="InputException">The model knows the names, but its ids are not 0 to n−1, each once.</exception>
    public static string[]? ByModel(IReadOnlyDictionary<string, int> label2Id, IReadOnlyList<string> names, StringComparison comparison)
    {
        return names.All(name => label2Id.Keys.Any(known => string.Equals(known, name, comparison))) ? ById(label2Id) : null;
    }

    /// <summary>The label names by id.</summary>
    /// <exception cref="InputException">The ids are not 0 to n−1, each once.</exception>
    public static string[] ById(IReadOnlyDictionary<string, int> label2Id)
    {
        string?[] names = new string?[label2Id.Count];
        foreach ((string name, int id) in label2Id)
        {
            if ((uint)id >= (uint)names.Length || names[id] is not null)
                throw new InputException(
                    $"label2id of the model: expected the ids 0 to {names.Length - 1}, each once, found {id} for {InputFile.Quote(name)}.");
            names[id] = name;
        }

        return names!;
    }

    /// <summary>A label as it is meant: without blanks around it; null where there is none and none is needed.</summary>
    /// <exception cref="InputException">There is none, or what programs write for a missing one.</exception>
    public static string? Clean(string text, bool needed, string path, int line)
    {
        string label = text.Trim().Trim('\uFEFF', '\u200B').Trim();
        bool missing = label.Length == 0 || AlwaysMissing.Contains(label, StringComparer.OrdinalIgnoreCase);
        if (missing && needed) throw InputFile.Bad(path, line, "a label", label.Length == 0 ? "none" : $"{InputFile.Quote(label)}, which stands for none");
        return missing ? null : label;
    }

    /// <summary>The labels of a cell that holds any number of them, separated by commas.</summary>
    /// <exception cref="InputException">One of them is empty, or what programs write for a missing one.</exception>
    public static IReadOnlyList<string> Several(string text, string path, int line) => string.IsNullOrWhiteSpace(text) ? []
        : [.. text.Split(',').Select(label => Clean(label, needed: true, path, line)!).Distinct(StringComparer.Ordinal)];

    /// <summary>Whether a label is what test files have whose labels are not told.</summary>
    public static bool IsHidden(string label) => label is "-1" or "-1.0";

    /// <summary>Whether a label that stands among numbers is a missing one, or no number at all such as infinity.</summary>
    public static bool IsMissingNumber(string label) => MissingAmongNumbers.Contains(label, StringComparer.OrdinalIgnoreCase);

    /// <summary>A decimal number; what is infinite or no number at all is none.</summary>
    public static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && float.IsFinite((float)value) ? value : null;

    /// <summary>The target of a regression.</summary>
    /// <exception cref="InputException">Not a finite number; file and line are named.</exception>
    public static float Score(string text, string path, int line) =>
        (float)(Number(text) ?? throw InputFile.Bad(path, line, "a number", InputFile.Quote(text)));
}
