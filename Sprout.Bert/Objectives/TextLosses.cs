// The losses of texts by name.
using Sprout.Tensors;

namespace Sprout.Bert.Objectives;

/// <summary>
/// The losses of classifications and regressions by name. A program adds its own with <see cref="Register"/>; then runs and the command know it.
/// </summary>
public static class TextLosses
{
    private static readonly Dictionary<string, Func<ITextLoss>> Known = new(StringComparer.Ordinal)
    {
        ["cross-entropy"] = () => new CrossEntropyLoss(),
        ["squared-error"] = () => new SquaredErrorLoss(),
    };

    /// <summary>The names.</summary>
    public static IReadOnlyCollection<string> Names => Known.Keys;

    /// <summary>Adds a loss; call it before a run starts.</summary>
    public static void Register(string name, Func<ITextLoss> create) => Known[name] = create;

    /// <summary>The loss of a name, or the usual one.</summary>
    /// <param name="name">One of <see cref="Names"/>; null: the usual one.</param>
    /// <param name="isRegression">Whether a number is predicted.</param>
    /// <exception cref="OptionException">There is no such loss.</exception>
    public static ITextLoss Get(string? name, bool isRegression)
    {
        name ??= isRegression ? "squared-error" : "cross-entropy";
        return Known.TryGetValue(name, out Func<ITextLoss>? create)
            ? create()
            : throw OptionException.Expected("Loss", $"one of {string.Join(", ", Names)}", $"\"{name}\"");
    }
}
