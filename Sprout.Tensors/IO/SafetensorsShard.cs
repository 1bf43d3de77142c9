// One safetensors file of a model.
using System.Buffers.Binary;

namespace Sprout.Tensors.IO;

/// <summary>Opens a file and checks its header.</summary>
internal sealed class SafetensorsShard : IDisposable
{
    /// <summary>Opens a file.</summary>
    /// <exception cref="InputException">It cannot be read, or its header is damaged.</exception>
    public SafetensorsShard(string path)
    {
        File = new FileBytes(path);
        try
        {
            Header = ReadHeader();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The bytes.</summary>
    public FileBytes File { get; }

    /// <summary>The checked header.</summary>
    public SafetensorsHeader Header { get; }

    /// <inheritdoc/>
    public void Dispose() => File.Dispose();

    private SafetensorsHeader ReadHeader()
    {
        const int prefix = SafetensorsHeader.PrefixLength;
        if (File.Length < prefix)
            throw new InputException($"{File.Path}: a safetensors file has at least {prefix} bytes, this one has {File.Length}.");
        int length = SafetensorsHeader.CheckLength(BinaryPrimitives.ReadUInt64LittleEndian(File.Read(0, prefix)), File.Path, File.Length);
        return SafetensorsHeader.Parse(File.Read(prefix, length), File.Path, File.Length - prefix - length);
    }
}
