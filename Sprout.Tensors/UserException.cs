// Errors that a user can cause, told in the words of whoever calls.
using System.Globalization;

namespace Sprout.Tensors;

/// <summary>
/// An error that a user can cause and mend. Its message is one sentence: what is wrong, where, what was expected and what was found. An option appears in it by
/// the name of its property, as an <see cref="OptionName"/>; a command that calls its options otherwise asks <see cref="Describe"/>.
/// </summary>
public abstract class UserException : Exception
{
    private readonly FormattableString? text;

    /// <summary>An error with its sentence.</summary>
    protected UserException(string message, Exception? inner = null) : base(OneLine(message), inner) { }

    /// <summary>An error whose sentence names options; numbers are written the same in every culture.</summary>
    protected UserException(FormattableString text, Exception? inner = null) : base(Render(text, property => property), inner) => this.text = text;

    /// <summary>The message, with every option called as the caller calls it.</summary>
    /// <param name="nameOf">From a property's name, such as "MaxLength", to the caller's.</param>
    public string Describe(Func<string, string> nameOf) => text is null ? Message : Render(text, nameOf);

    private static string Render(FormattableString text, Func<string, string> nameOf) => OneLine(string.Format(
        CultureInfo.InvariantCulture, text.Format, [.. text.GetArguments().Select(part => part is OptionName name ? nameOf(name.Property) : part)]));

    // What is quoted from a file may have line ends.
    private static string OneLine(string message) => message.ReplaceLineEndings(" ");
}
