// An open file, read at places.
using Microsoft.Win32.SafeHandles;

namespace Sprout.Tensors.IO;

/// <summary>
/// Reads parts of a regular file, whole or not at all. Nothing is mapped, so a file that is cut meanwhile ends in a message, not in a signal. Several
/// threads may read at once.
/// </summary>
internal sealed unsafe class FileBytes : IDisposable
{
    private const int MostAtOnce = 1 << 30;

    private readonly SafeFileHandle handle;

    /// <summary>Opens a file.</summary>
    /// <exception cref="InputException">It cannot be read, or is a pipe, a device or a folder.</exception>
    public FileBytes(string path)
    {
        Path = path;
        FileKind.RequireRegular(path);
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

    /// <summary>Bytes of the file when it was opened.</summary>
    public long Length { get; }

    /// <summary>The UTF-8 byte-order mark.</summary>
    public static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>The whole of a small text file without a byte-order mark; its size is checked before anything is read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="most">Bytes that it may have.</param>
    /// <exception cref="InputException">It cannot be read, is no regular file, or is larger.</exception>
    public static ReadOnlyMemory<byte> ReadText(string path, int most)
    {
        using var file = new FileBytes(path);
        if (file.Length > most) throw new InputException($"{path}: expected at most {most} bytes, found {file.Length}.");
        ReadOnlyMemory<byte> all = file.Read(0, (int)file.Length);
        return all.Span.StartsWith(ByteOrderMark) ? all[ByteOrderMark.Length..] : all;
    }

    /// <summary>Bytes of the file; their number has been checked against its length.</summary>
    /// <exception cref="InputException">The file ends before.</exception>
    public byte[] Read(long offset, int count)
    {
        if (offset < 0 || count > Length - offset) throw Wrong($"{count} bytes at {offset}", $"the end at {Length}; the file is truncated");
        var bytes = new byte[count];
        Read(offset, bytes);
        return bytes;
    }

    /// <summary>Fills a part of memory, of any length.</summary>
    /// <exception cref="InputException">The file ends before, or cannot be read.</exception>
    public void Read(long offset, byte* destination, long count)
    {
        for (long done = 0; done < count; done += MostAtOnce)
            Read(offset + done, new Span<byte>(destination + (nint)done, (int)Math.Min(MostAtOnce, count - done)));
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
