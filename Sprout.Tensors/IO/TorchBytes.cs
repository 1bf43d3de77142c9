// An open file, read at places.
using Microsoft.Win32.SafeHandles;

namespace Sprout.Tensors.IO;

/// <summary>Reads parts of a file, whole or not at all. Nothing is mapped, so a file that is cut meanwhile ends in a message.</summary>
internal sealed class TorchBytes : IDisposable
{
    private readonly SafeFileHandle handle;

    /// <summary>Opens a file.</summary>
    /// <exception cref="InputException">It cannot be read.</exception>
    public TorchBytes(string path)
    {
        Path = path;
        try
        {
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            Length = RandomAccess.GetLength(handle);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            handle?.Dispose();
            throw new InputException($"Cannot read {path}: {e.Message}", e);
        }
    }

    public string Path { get; }

    public long Length { get; }

    /// <summary>Bytes of the file; their number has been checked against its length.</summary>
    /// <exception cref="InputException">The file ends before.</exception>
    public byte[] Read(long offset, int count)
    {
        if (offset < 0 || count > Length - offset) throw Wrong($"{count} bytes at {offset}", $"the end at {Length}; the file is truncated");
        var bytes = new byte[count];
        Read(offset, bytes);
        return bytes;
    }

    /// <summary>Fills a part of memory.</summary>
    /// <exception cref="InputException">The file ends before, or cannot be read.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        try
        {
            while (!destination.IsEmpty)
            {
                int read = RandomAccess.Read(handle, destination, offset);
                if (read == 0) throw Wrong($"{destination.Length} more bytes at {offset}", "the end of the file; it is truncated");
                offset += read;
                destination = destination[read..];
            }
        }
        catch (IOException e)
        {
            throw new InputException($"Cannot read {Path}: {e.Message}", e);
        }
    }

    public InputException Wrong(string expected, string found) => new($"{Path}: expected {expected}, found {found}.");

    public void Dispose() => handle.Dispose();
}
