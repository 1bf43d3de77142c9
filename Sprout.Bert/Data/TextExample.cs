// One example of a text task.
namespace Sprout.Bert.Data;

/// <summary>A text, or two, and what is to be predicted for it.</summary>
/// <param name="Text">The first or only text.</param>
/// <param name="Pair">The second text of a pair, else null.</param>
/// <param name="Label">Class id; −1 when there is none and in regression.</param>
/// <param name="Score">Target of a regression; NaN when there is none and in classification.</param>
public sealed record TextExample(string Text, string? Pair = null, int Label = -1, float Score = float.NaN)
{
    /// <summary>Class ids, each once, of an example that may have any number of classes; empty in other tasks.</summary>
    public IReadOnlyList<int> Labels { get; init; } = [];
}
