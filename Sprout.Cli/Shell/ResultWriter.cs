// Results on their way to standard output.
using System.Text;
using Sprout.Tensors;

namespace Sprout.Cli.Shell;

/// <summary>Passes results on. What a full disk does not take is an error that says where it was to go.</summary>
internal sealed class ResultWriter(TextWriter inner) : TextWriter
{
    /// <inheritdoc/>
    public override Encoding Encoding => Inner.Encoding;

    /// <summary>Where results go.</summary>
    public TextWriter Inner { get; } = inner;

    /// <summary>Whether a person sees them.</summary>
    public bool IsScreen => ReferenceEquals(Inner, Console.Out) && !Console.IsOutputRedirected;

    /// <inheritdoc/>
    public override void Write(char value) => Pass(() => Inner.Write(value));

    /// <inheritdoc/>
    public override void Write(string? value) => Pass(() => Inner.Write(value));

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Pass(() => Inner.WriteLine(value));

    /// <inheritdoc/>
    public override void Flush() => Pass(Inner.Flush);

    /// <summary>Writes.</summary>
    /// <exception cref="InputException">It cannot be written.</exception>
    public static void Pass(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Cannot write standard output: {e.Message}", e);
        }
    }
}
