// What Hugging Face's Rust library knows of each code point, read once from the embedded UnicodeTables.txt.
using System.Globalization;

namespace Sprout.Bert.Tokenization;

/// <summary>
/// Properties and mappings of code points. They are the Rust library's, not .NET's: it takes categories from Unicode 8,
/// decompositions from Unicode 13 and case from a newer one, and ids must agree on all of them.
/// </summary>
internal static class UnicodeTables
{
    /// <summary>Yes-or-no properties; the names are the lower-case line names of the file.</summary>
    [Flags]
    internal enum Property : byte
    {
        None = 0,

        /// <summary>Removed by text cleaning.</summary>
        Drop = 1,

        /// <summary>Turned into a space by text cleaning.</summary>
        Space = 2,

        /// <summary>A CJK ideograph.</summary>
        Cjk = 4,

        /// <summary>Splits words and belongs to none.</summary>
        White = 8,

        /// <summary>Splits words and is a word of its own.</summary>
        Punct = 16,

        /// <summary>A word character, to the added tokens that match single words only.</summary>
        Word = 32,

        /// <summary>Decomposes into nonspacing marks only, so accent stripping removes it.</summary>
        Mark = 64,

        /// <summary>A removed mark over which canonical ordering moves nothing.</summary>
        Block = 128,
    }

    private const int HangulFirst = 0xAC00, HangulLast = 0xD7A3, Leading = 0x1100, Vowel = 0x1161, Trailing = 0x11A7;
    private const int VowelCount = 21, TrailingCount = 28;

    private static readonly Property[] Properties = new Property[0x110000];
    private static readonly Dictionary<int, int[]> Stripped = [];
    private static readonly Dictionary<int, int[]> Lowered = [];
    private static readonly Dictionary<int, int> Orders = [];

    static UnicodeTables()
    {
        using Stream stream = typeof(UnicodeTables).Assembly.GetManifestResourceStream("Sprout.Bert.UnicodeTables.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#')) continue;
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            Read(line[..space], line.AsSpan(space + 1));
        }
    }

    /// <summary>The properties of a code point.</summary>
    internal static Property Of(int codePoint) => Properties[codePoint];

    /// <summary>The canonical decomposition without nonspacing marks; null when that is the code point itself.</summary>
    internal static int[]? StripAccents(int codePoint)
    {
        if (codePoint is >= HangulFirst and <= HangulLast)
        {
            int index = codePoint - HangulFirst;
            int leading = Leading + index / (VowelCount * TrailingCount);
            int vowel = Vowel + index / TrailingCount % VowelCount;
            int trailing = Trailing + index % TrailingCount;
            return trailing == Trailing ? [leading, vowel] : [leading, vowel, trailing];
        }

        if ((Of(codePoint) & Property.Mark) != 0) return [];
        return Stripped.GetValueOrDefault(codePoint);
    }

    /// <summary>The lower case, without regard to context; null when that is the code point itself.</summary>
    internal static int[]? Lower(int codePoint) => Lowered.GetValueOrDefault(codePoint);

    /// <summary>The rank by which canonical ordering sorts adjoining combining characters; 0 for all that it leaves in place.</summary>
    internal static int Order(int codePoint) => Orders.GetValueOrDefault(codePoint);

    private static void Read(string name, ReadOnlySpan<char> entries)
    {
        foreach (Range part in entries.Split(' '))
        {
            ReadOnlySpan<char> entry = entries[part];
            if (name is "strip") ReadMapping(entry, Stripped);
            else if (name is "lower") ReadMapping(entry, Lowered);
            else if (name.StartsWith("order", StringComparison.Ordinal)) ReadOrder(entry, Hex(name.AsSpan(5)));
            else ReadProperty(entry, Enum.Parse<Property>(name, ignoreCase: true));
        }
    }

    private static void ReadProperty(ReadOnlySpan<char> entry, Property property)
    {
        (int first, int last) = ReadRange(entry);
        foreach (ref Property value in Properties.AsSpan(first..(last + 1))) value |= property;
    }

    private static void ReadOrder(ReadOnlySpan<char> entry, int order)
    {
        (int first, int last) = ReadRange(entry);
        for (int c = first; c <= last; c++) Orders[c] = order;
    }

    // source>target.target… or first-last/step>target of the first
    private static void ReadMapping(ReadOnlySpan<char> entry, Dictionary<int, int[]> map)
    {
        int arrow = entry.IndexOf('>');
        int slash = entry.IndexOf('/');
        var targets = new List<int>();
        foreach (Range part in entry[(arrow + 1)..].Split('.')) targets.Add(Hex(entry[(arrow + 1)..][part]));
        if (slash < 0)
        {
            map[Hex(entry[..arrow])] = [.. targets];
            return;
        }

        (int first, int last) = ReadRange(entry[..slash]);
        int step = Hex(entry[(slash + 1)..arrow]);
        for (int c = first; c <= last; c += step) map[c] = [targets[0] + c - first];
    }

    private static (int First, int Last) ReadRange(ReadOnlySpan<char> entry)
    {
        int dash = entry.IndexOf('-');
        return dash < 0 ? (Hex(entry), Hex(entry)) : (Hex(entry[..dash]), Hex(entry[(dash + 1)..]));
    }

    private static int Hex(ReadOnlySpan<char> digits) => int.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
