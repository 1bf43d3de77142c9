// One memory-mapped safetensors file.
using System.IO.MemoryMappedFiles;

namespace Sprout.Tensors.IO;

/// <summary>Maps a file, checks its header and hands out addresses inside the map.</summary>
internal sealed unsafe class SafetensorsShard : IDisposable
{
    private readonly MemoryMappedFile map;
    private readonly MemoryMappedViewAccessor view;
    private byte* start;

    public SafetensorsShard(string path)
    {
        FilePath = path;
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            if (stream.Length < SafetensorsHeader.PrefixLength)
                throw new InputException($"{path}: a safetensors file has at least {SafetensorsHeader.PrefixLength} bytes, this one has {stream.Length}.");
            long length = stream.Length;
            map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
            start += view.PointerOffset;
            Header = ReadHeader(length);
        }
        catch (Exception e)
        {
            Dispose();
            if (e is IOException or UnauthorizedAccessException) throw new InputException($"Cannot read {path}: {e.Message}", e);
            throw;
        }
    }

    public string FilePath { get; }

    public SafetensorsHeader Header { get; }

    /// <summary>The address of a byte of the file; valid until <see cref="Dispose"/>.</summary>
    public byte* Address(long offset)
    {
        ObjectDisposedException.ThrowIf(start is null, typeof(SafetensorsFile));
        return start + (nint)offset;
    }

    public void Dispose()
    {
        if (start is not null) view.SafeMemoryMappedViewHandle.ReleasePointer();
        start = null;
        view?.Dispose();
        map?.Dispose();
    }

    private SafetensorsHeader ReadHeader(long length)
    {
        ulong declared = System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(start, SafetensorsHeader.PrefixLength));
        int headerLength = SafetensorsHeader.CheckLength(declared, FilePath, length);
        var json = new ReadOnlySpan<byte>(start + SafetensorsHeader.PrefixLength, headerLength);
        return SafetensorsHeader.Parse(json, FilePath, length - SafetensorsHeader.PrefixLength - headerLength);
    }
}
