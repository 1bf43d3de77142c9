// One kind of input that users give.
namespace Sprout.Fuzz;

/// <summary>Valid files of a kind, and what reads them.</summary>
/// <param name="Name">What the report calls it.</param>
/// <param name="FileName">The name of the file that is damaged.</param>
/// <param name="Seeds">Valid contents, at least one.</param>
/// <param name="Read">
/// Reads the damaged file, of which it gets path and content. It returns when the file is taken, throws an input or option error when it is refused, and
/// <see cref="WrongResultException"/> when what was read is not what is there.
/// </param>
internal sealed record InputKind(string Name, string FileName, IReadOnlyList<byte[]> Seeds, Action<string, byte[]> Read)
{
    /// <summary>Files that lie beside it, undamaged.</summary>
    public IReadOnlyList<(string Name, byte[] Content)> Beside { get; init; } = [];

    /// <summary>Words of this kind that mutations put in, beside those of <see cref="NastyWords"/>.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>Whether eight bytes before the JSON say how long it is, as in safetensors.</summary>
    public bool HasLengthBeforeJson { get; init; }
}

/// <summary>A file was taken, but what was read of it is wrong.</summary>
internal sealed class WrongResultException(string message) : Exception(message)
{
    /// <summary>Checks what was read.</summary>
    public static void Require(bool condition, string message)
    {
        if (!condition) throw new WrongResultException(message);
    }
}
