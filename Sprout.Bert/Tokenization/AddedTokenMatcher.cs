// Finds added tokens in a text: leftmost first, the longest of those that begin at one place.
using System.Buffers;
using System.Text;

namespace Sprout.Bert.Tokenization;

/// <summary>Matching with the flags of added tokens, as find_matches in tokenizers/src/tokenizer/added_vocabulary.rs.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly (string Pattern, AddedToken Token)[] patterns;
    private readonly SearchValues<string> search;

    /// <summary>A matcher for each token's pattern: its content, normalised when that is how it is matched.</summary>
    internal AddedTokenMatcher(IEnumerable<(string Pattern, AddedToken Token)> patterns)
    {
        this.patterns = [.. patterns.OrderByDescending(p => p.Pattern.Length)];
        search = SearchValues.Create([.. this.patterns.Select(p => p.Pattern)], StringComparison.Ordinal);
    }

    /// <summary>
    /// The next token at or after <paramref name="scan"/>, which moves behind it. The match covers text[start..stop], swallowed
    /// whitespace included, but nothing before <paramref name="from"/>, where the last match stopped. Null when there is no more.
    /// </summary>
    internal AddedToken? Next(ReadOnlySpan<char> text, ref int scan, int from, out int start, out int stop)
    {
        while (true)
        {
            int found = text[scan..].IndexOfAny(search);
            if (found < 0)
            {
                start = stop = text.Length;
                return null;
            }

            start = scan + found;
            (string pattern, AddedToken token) = LongestAt(text[start..]);
            stop = scan = start + pattern.Length;
            if (token.SingleWord && (EndsWithWord(text[..start]) || StartsWithWord(text[stop..]))) continue;

            if (token.StripLeft) start = Math.Max(TrimmedEnd(text[..start]), from);
            if (token.StripRight)
            {
                while (stop < text.Length && IsWhite(text[stop])) stop++;
            }

            return token;
        }
    }

    private (string Pattern, AddedToken Token) LongestAt(ReadOnlySpan<char> text)
    {
        foreach (var candidate in patterns)
        {
            if (text.StartsWith(candidate.Pattern, StringComparison.Ordinal)) return candidate;
        }

        throw new InvalidOperationException("The search found a pattern that is not there.");
    }

    private static bool EndsWithWord(ReadOnlySpan<char> text)
    {
        Rune.DecodeLastFromUtf16(text, out Rune last, out int width);
        return width > 0 && (UnicodeTables.Of(last.Value) & UnicodeTables.Property.Word) != 0;
    }

    private static bool StartsWithWord(ReadOnlySpan<char> text)
    {
        Rune.DecodeFromUtf16(text, out Rune first, out int width);
        return width > 0 && (UnicodeTables.Of(first.Value) & UnicodeTables.Property.Word) != 0;
    }

    private static int TrimmedEnd(ReadOnlySpan<char> text)
    {
        int end = text.Length;
        while (end > 0 && IsWhite(text[end - 1])) end--;
        return end;
    }

    private static bool IsWhite(char c) => (UnicodeTables.Of(c) & UnicodeTables.Property.White) != 0;
}
