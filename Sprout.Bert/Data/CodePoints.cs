// Offsets in code points, as SQuAD and tokenizers count, against .NET's UTF-16 code units.
namespace Sprout.Bert.Data;

/// <summary>A text that can be cut by code points; a lone surrogate counts as one.</summary>
internal sealed class CodePoints
{
    private readonly string text;

    /// <summary>UTF-16 position of every code point and of the end; null when the two counts agree.</summary>
    private readonly int[]? units;

    public CodePoints(string text)
    {
        this.text = text;
        Count = text.Length;
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF')) return;
        var starts = new List<int>(text.Length + 1);
        for (int i = 0; i < text.Length; i++)
        {
            starts.Add(i);
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1])) i++;
        }

        Count = starts.Count;
        starts.Add(text.Length);
        units = [.. starts];
    }

    /// <summary>Code points in the text.</summary>
    public int Count { get; }

    /// <summary>The code points from <paramref name="start"/> to before <paramref name="end"/>.</summary>
    public ReadOnlySpan<char> Slice(int start, int end) => units is null ? text.AsSpan()[start..end] : text.AsSpan()[units[start]..units[end]];
}
