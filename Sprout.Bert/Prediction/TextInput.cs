// A text to predict for.
namespace Sprout.Bert.Prediction;

/// <summary>A text, or two. A string is one.</summary>
/// <param name="Text">The first or only text.</param>
/// <param name="Pair">The second text of a pair, else null.</param>
public readonly record struct TextInput(string Text, string? Pair = null)
{
    /// <summary>A single text.</summary>
    public static implicit operator TextInput(string text) => new(text);
}
