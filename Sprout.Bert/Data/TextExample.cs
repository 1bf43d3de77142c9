// One example of a text task.
namespace Sprout.Bert.Data;

/// <summary>A text, or two, and what is to be predicted for it.</summary>
/// <param name="Index">0-based position among the examples of the file.</param>
/// <param name="Text">The first or only text, as the file has it.</param>
/// <param name="Pair">The second text of a pair, else null.</param>
/// <param name="Label">Class id; −1 when the file has no labels and in regression.</param>
/// <param name="Score">Target of a regression; NaN when the file has none and in classification.</param>
public sealed record TextExample(int Index, string Text, string? Pair, int Label, float Score);
