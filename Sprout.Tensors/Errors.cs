// The two errors a user can cause; the command maps them to exit codes 3 and 2.
namespace Sprout.Tensors;

/// <summary>
/// A file, a model or a value is wrong. The message is one sentence that says what is wrong, where (file and line, or tensor),
/// what was expected and what was found. The command exits with code 3.
/// </summary>
public sealed class InputException : Exception
{
    /// <summary>An input error with its one-sentence message.</summary>
    public InputException(string message) : base(message) { }

    /// <summary>An input error caused by another one.</summary>
    public InputException(string message, Exception inner) : base(message, inner) { }

    /// <summary>An input error without details.</summary>
    public InputException() { }
}

/// <summary>
/// Options are out of range or contradict each other. The message names the options and their values. The command exits with code 2.
/// </summary>
public sealed class OptionException : Exception
{
    /// <summary>An option error with its one-sentence message.</summary>
    public OptionException(string message) : base(message) { }

    /// <summary>An option error caused by another one.</summary>
    public OptionException(string message, Exception inner) : base(message, inner) { }

    /// <summary>An option error without details.</summary>
    public OptionException() { }
}
