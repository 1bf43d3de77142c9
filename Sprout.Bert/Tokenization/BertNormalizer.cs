// Cleans, decomposes and lowers text as Hugging Face's BertNormalizer does.
using System.Text;

namespace Sprout.Bert.Tokenization;

/// <summary>
/// The four steps of tokenizers/src/normalizers/bert.rs (clean, space ideographs, strip accents, lower) folded into one table
/// look-up a code point, since only canonical ordering looks at more than one. Safe to use from several threads.
/// </summary>
internal sealed class BertNormalizer
{
    private const int CodePointBits = 0x1FFFFF;

    // Table entries: a kind and, for the first two, the code point to write.
    private const int KindBits = 3 << 24, One = 0, Ideograph = 1 << 24, Drop = 2 << 24, Other = 3 << 24;

    private readonly NormalizerOptions options;
    private readonly bool stripAccents;
    private readonly int[]?[] pages = new int[0x1100][];

    internal BertNormalizer(NormalizerOptions options)
    {
        this.options = options;
        stripAccents = options.StripAccents ?? options.Lowercase;
    }

    /// <summary>
    /// Appends the normal form of <paramref name="text"/>, whose first code point has index <paramref name="firstSource"/> in the
    /// original. Lone surrogates are read as U+FFFD. Returns the index after the last code point.
    /// </summary>
    internal int Normalize(ReadOnlySpan<char> text, NormalizedText target, int firstSource)
    {
        int source = firstSource;
        int i = 0;
        while (i < text.Length)
        {
            int ascii = text[i..].IndexOfAnyExceptInRange(' ', '~');
            if (ascii < 0) ascii = text.Length - i;
            if (ascii > 0)
            {
                target.AppendAscii(text.Slice(i, ascii), options.Lowercase, source);
                source += ascii;
                i += ascii;
            }

            // Away from ASCII one code point follows another more often than not.
            while (i < text.Length && text[i] is < ' ' or > '~')
            {
                int codePoint = text[i];
                int width = 1;
                if (char.IsSurrogate(text[i]))
                {
                    Rune.DecodeFromUtf16(text[i..], out Rune rune, out width);
                    codePoint = rune.Value;
                }

                Append(codePoint, target, source++);
                i += width;
            }
        }

        return source;
    }

    private void Append(int codePoint, NormalizedText target, int source)
    {
        int entry = Page(codePoint >> 8)[codePoint & 0xFF];
        switch (entry & KindBits)
        {
            case One:
                target.Append(entry & CodePointBits, source);
                break;
            case Ideograph:
                target.Append(' ', source);
                target.Append(entry & CodePointBits, source);
                target.Append(' ', source);
                break;
            case Other:
                AppendOther(codePoint, target, source);
                break;
            default:
                break;
        }
    }

    // What the table has no entry for: several code points, or one that takes part in canonical ordering.
    private void AppendOther(int codePoint, NormalizedText target, int source)
    {
        int[]? stripped = stripAccents ? UnicodeTables.StripAccents(codePoint) : null;
        if (stripped is []) target.EndCombiningRun();
        foreach (int part in stripped ?? [codePoint])
        {
            int order = stripAccents ? UnicodeTables.Order(part) : 0;
            foreach (int letter in LowerOf(part))
            {
                if (order == 0) target.Append(letter, source);
                else target.AppendCombining(letter, order, source);
            }
        }
    }

    private int[] Page(int number)
    {
        int[]? page = Volatile.Read(ref pages[number]);
        if (page is null)
        {
            page = new int[256];
            for (int i = 0; i < page.Length; i++) page[i] = Entry((number << 8) | i);
            Volatile.Write(ref pages[number], page);
        }

        return page;
    }

    private int Entry(int codePoint)
    {
        UnicodeTables.Property property = UnicodeTables.Of(codePoint);
        if (options.CleanText && (property & UnicodeTables.Property.Drop) != 0) return Drop;
        if (options.CleanText && (property & UnicodeTables.Property.Space) != 0) return One | ' ';

        bool ideograph = options.ChineseChars && (property & UnicodeTables.Property.Cjk) != 0;
        int[] stripped = (stripAccents ? UnicodeTables.StripAccents(codePoint) : null) ?? [codePoint];
        if (stripped is []) return (property & UnicodeTables.Property.Block) != 0 ? Other : Drop;
        if (stripped.Length > 1 || (stripAccents && UnicodeTables.Order(stripped[0]) != 0)) return Other;

        int[] lowered = LowerOf(stripped[0]);
        return lowered.Length > 1 ? Other : lowered[0] | (ideograph ? Ideograph : One);
    }

    private int[] LowerOf(int codePoint) => (options.Lowercase ? UnicodeTables.Lower(codePoint) : null) ?? [codePoint];
}
