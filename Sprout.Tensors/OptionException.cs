// What is asked for is wrong.
using System.Diagnostics.CodeAnalysis;

namespace Sprout.Tensors;

/// <summary>Options are out of range or contradict each other. The message names the options and their values. The command exits with code 2.</summary>
public sealed class OptionException : UserException
{
    /// <summary>An option error with its one-sentence message.</summary>
    public OptionException(string message) : base(message) { }

    /// <summary>An option error caused by another one.</summary>
    public OptionException(string message, Exception inner) : base(message, inner) { }

    /// <summary>An option error without details.</summary>
    public OptionException() : base("An option is wrong.") { }

    private OptionException(FormattableString text, Exception? inner) : base(text, inner) { }

    /// <summary>An option error whose message names options as <see cref="OptionName"/>s.</summary>
    public static OptionException Of(FormattableString text, Exception? inner = null) => new(text, inner);

    /// <summary>The error of one option: "Density: expected above 0 and at most 1, found 2."</summary>
    /// <param name="property">The option's property.</param>
    /// <param name="expected">What it may be.</param>
    /// <param name="found">What it is.</param>
    public static OptionException Expected(string property, string expected, object? found) =>
        Of($"{new OptionName(property)}: expected {expected}, found {found ?? "none"}.");

    /// <summary>Checks one option.</summary>
    /// <exception cref="OptionException">The condition does not hold.</exception>
    public static void Require([DoesNotReturnIf(false)] bool condition, string property, string expected, object? found)
    {
        if (!condition) throw Expected(property, expected, found);
    }
}
