// What is given is wrong.
namespace Sprout.Tensors;

/// <summary>
/// A file, a model or a value is wrong. The message is one sentence that says what is wrong, where (file and line, or tensor), what was expected and what was
/// found. The command exits with code 3.
/// </summary>
public sealed class InputException : UserException
{
    /// <summary>An input error with its one-sentence message.</summary>
    public InputException(string message) : base(message) { }

    /// <summary>An input error caused by another one.</summary>
    public InputException(string message, Exception inner) : base(message, inner) { }

    /// <summary>An input error without details.</summary>
    public InputException() : base("The input is wrong.") { }

    private InputException(FormattableString text) : base(text) { }

    /// <summary>An input error whose message names options.</summary>
    public static InputException Of(FormattableString text) => new(text);
}
