// The losses of texts by name.
using Sprout.Tensors;

namespace Sprout.Bert.Objectives;

/// <summary>
/// The losses of classifications, regressions and label sets by name. A program adds its own with <see cref="Register"/>; then its runs know it.
/// </summary>
public static class TextLosses
{
    private static readonly Registry<Func<ITextLoss>> Known = new Registry<Func<ITextLoss>>("loss")
        .Add("cross-entropy", () => new CrossEntropyLoss())
        .Add("squared-error", () => new SquaredErrorLoss())
        .Add("binary-cross-entropy", () => new BinaryCrossEntropyLoss());

    /// <summary>The names.</summary>
    public static IReadOnlyCollection<string> Names => Known.Names;

    /// <summary>Adds a loss; call it before a run starts.</summary>
    /// <exception cref="ArgumentException">The name is taken, or no name.</exception>
    public static void Register(string name, Func<ITextLoss> create) => Known.Add(name, create);

    /// <summary>Checks a name.</summary>
    /// <exception cref="OptionException">There is no such loss.</exception>
    public static void RequireKnown(string name) => Find(name);

    /// <summary>The loss of a name, or the usual one.</summary>
    /// <param name="name">One of <see cref="Names"/>; null: the usual one.</param>
    /// <param name="isRegression">Whether a number is predicted.</param>
    /// <param name="isMultiLabel">Whether an example may have any number of the classes.</param>
    /// <exception cref="OptionException">There is no such loss, or it is not for such a task.</exception>
    public static ITextLoss Get(string? name, bool isRegression, bool isMultiLabel = false)
    {
        name ??= isRegression ? "squared-error" : isMultiLabel ? "binary-cross-entropy" : "cross-entropy";
        ITextLoss loss = Find(name)() ?? throw new InvalidOperationException($"What was registered as loss \"{name}\" makes none.");
        return loss.IsForNumbers == isRegression && loss.IsForLabelSets == isMultiLabel ? loss
            : throw OptionException.Expected("Loss", $"a loss of {(isRegression ? "numbers" : isMultiLabel ? "label sets" : "classes")}", $"\"{name}\"");
    }

    private static Func<ITextLoss> Find(string name) =>
        Known.Find(name) ?? throw OptionException.Expected("Loss", $"one of {string.Join(", ", Names)}", $"\"{name}\"");
}
