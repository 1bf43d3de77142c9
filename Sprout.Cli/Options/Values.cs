// Values of options, read alike in every language of the machine.
using System.CommandLine.Parsing;
using System.Globalization;

namespace Sprout.Cli.Options;

/// <summary>Reads the value of an option; what is wrong becomes one sentence.</summary>
internal static class Values
{
    /// <summary>A whole number.</summary>
    public static int? Whole(ArgumentResult result) => WholeNumber(result);

    /// <summary>A whole number, of an option that always has one.</summary>
    public static int WholeNumber(ArgumentResult result) =>
        int.TryParse(TextOf(result), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) ? value : Wrong<int>(result, "a whole number");

    /// <summary>Whole numbers, separated by commas.</summary>
    public static int[]? WholeNumbers(ArgumentResult result)
    {
        var values = new List<int>();
        foreach (string part in TextOf(result).Split(','))
        {
            if (!int.TryParse(part, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value))
                return Wrong<int[]>(result, "whole numbers, separated by commas");
            values.Add(value);
        }

        return [.. values];
    }

    /// <summary>A number, with a point and without separators of thousands.</summary>
    public static double? Number(ArgumentResult result) =>
        double.TryParse(TextOf(result), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture, out double value) ? value : Wrong<double?>(result, "a number, with a point as 0.1 has");

    /// <summary>A whole number from 0.</summary>
    public static ulong? Seed(ArgumentResult result) =>
        ulong.TryParse(TextOf(result), NumberStyles.None, CultureInfo.InvariantCulture, out ulong value)
            ? value : Wrong<ulong?>(result, "a whole number from 0");

    /// <summary>True or false; true when only the option is there.</summary>
    public static bool? Flag(ArgumentResult result) =>
        result.Tokens.Count == 0 ? true : bool.TryParse(TextOf(result), out bool value) ? value : Wrong<bool?>(result, "true or false");

    /// <summary>One of a few words, or what others call one.</summary>
    public static string? Word(ArgumentResult result, string[] words, IReadOnlyDictionary<string, string>? same)
    {
        string text = TextOf(result);
        if (words.Contains(text)) return text;
        return same is not null && same.TryGetValue(text, out string? word) ? word
            : Wrong<string>(result, $"one of {string.Join(", ", words)}", Nearest.Suggest(text, words));
    }

    private static string TextOf(ArgumentResult result) => result.Tokens.Count == 0 ? "" : result.Tokens[^1].Value;

    private static T? Wrong<T>(ArgumentResult result, string expected, string hint = "")
    {
        string option = (result.Parent as OptionResult)?.Option.Name ?? result.Argument.Name;
        result.AddError($"{option}: expected {expected}, found \"{TextOf(result)}\"{hint}.");
        return default;
    }
}
