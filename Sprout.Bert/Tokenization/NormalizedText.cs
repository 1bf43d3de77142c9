// A growing buffer of normalised text that remembers where each character came from.
using System.Runtime.CompilerServices;
using System.Text;

namespace Sprout.Bert.Tokenization;

/// <summary>Normalised UTF-16 text and, when asked for, the original code point behind each of its units.</summary>
internal sealed class NormalizedText
{
    private char[] chars = new char[256];
    private int[] sources = new int[256];
    private int runStart;
    private bool tracksSources;

    /// <summary>UTF-16 units written since <see cref="Clear"/>.</summary>
    internal int Length { get; private set; }

    /// <summary>The normalised text.</summary>
    internal ReadOnlySpan<char> Chars => chars.AsSpan(0, Length);

    /// <summary>For each unit the index of its code point in the original text; meaningful only when sources are tracked.</summary>
    internal ReadOnlySpan<int> Sources => sources.AsSpan(0, Length);

    /// <summary>Empties the buffer and says whether <see cref="Sources"/> is to be filled.</summary>
    internal void Clear(bool trackSources)
    {
        Length = 0;
        runStart = 0;
        tracksSources = trackSources;
    }

    /// <summary>Makes room, so that this many more units fit without growing again.</summary>
    internal void Reserve(int more)
    {
        int needed = Length + more;
        if (needed <= chars.Length) return;
        int size = Math.Max(needed, chars.Length * 2);
        Array.Resize(ref chars, size);
        Array.Resize(ref sources, size);
    }

    /// <summary>Appends printable ASCII, lowered or as it is; its first character came from code point <paramref name="source"/>.</summary>
    internal void AppendAscii(ReadOnlySpan<char> text, bool lower, int source)
    {
        Reserve(text.Length);
        Span<char> target = chars.AsSpan(Length, text.Length);
        if (lower) Ascii.ToLower(text, target, out _);
        else text.CopyTo(target);
        if (tracksSources)
        {
            for (int i = 0; i < text.Length; i++) sources[Length + i] = source + i;
        }

        Length += text.Length;
        runStart = Length;
    }

    /// <summary>Appends a code point that canonical ordering leaves where it is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Append(int codePoint, int source)
    {
        Insert(Length, codePoint, source);
        runStart = Length;
    }

    /// <summary>Appends a combining character before those of higher order that it follows.</summary>
    internal void AppendCombining(int codePoint, int order, int source)
    {
        int position = Length;
        while (position > runStart)
        {
            Rune.DecodeLastFromUtf16(chars.AsSpan(runStart, position - runStart), out Rune last, out int width);
            if (UnicodeTables.Order(last.Value) <= order) break;
            position -= width;
        }

        Insert(position, codePoint, source);
    }

    /// <summary>Ends the run of combining characters that may be reordered.</summary>
    internal void EndCombiningRun() => runStart = Length;

    private void Insert(int position, int codePoint, int source)
    {
        Reserve(2);
        int width = codePoint < 0x10000 ? 1 : 2;
        int tail = Length - position;
        if (tail > 0) chars.AsSpan(position, tail).CopyTo(chars.AsSpan(position + width));

        if (width == 1) chars[position] = (char)codePoint;
        else new Rune(codePoint).EncodeToUtf16(chars.AsSpan(position));

        // Sources stay in text order, so that no token ends before it starts.
        sources.AsSpan(Length, width).Fill(source);
        Length += width;
    }
}
