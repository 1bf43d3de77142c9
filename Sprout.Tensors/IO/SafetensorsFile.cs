// Reads safetensors files: one file, or the shards of a model.
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Sprout.Tensors.IO;

/// <summary>
/// An open safetensors file or sharded model. Format: 8 bytes of header length, a JSON header, the data (huggingface/safetensors, README, "Format"). Every
/// number in the header is checked against the file's length when it is opened; data is read as it is asked for. Several threads may read at once.
/// </summary>
public sealed unsafe class SafetensorsFile : WeightFile
{
    internal const string SingleName = "model.safetensors";

    private const string IndexName = "model.safetensors.index.json";
    private const string Extension = ".safetensors";
    private const int ChunkElements = 1 << 18;

    private readonly Dictionary<string, SafetensorsShard> shards = new(StringComparer.Ordinal);
    private readonly List<SafetensorsEntry> entries = [];
    private readonly Dictionary<string, string> metadata = new(StringComparer.Ordinal);

    private SafetensorsFile() { }

    /// <summary>Every tensor: in the order of its data, shard after shard.</summary>
    public override IReadOnlyCollection<SafetensorsEntry> Entries => entries;

    /// <summary>The <c>__metadata__</c> of the file; of a sharded model the shards' together, the first shard deciding.</summary>
    public IReadOnlyDictionary<string, string> Metadata => metadata;

    /// <summary>Opens one <c>.safetensors</c> file.</summary>
    /// <exception cref="InputException">
    /// The file cannot be read or is malformed; the message names the file, the tensor, what was expected and found.
    /// </exception>
    public static SafetensorsFile Open(string path)
    {
        var file = new SafetensorsFile();
        file.Add(Path.GetFullPath(path));
        return file;
    }

    /// <summary>Opens <c>model.safetensors</c> of a model folder, or the shards that <c>model.safetensors.index.json</c> lists.</summary>
    /// <exception cref="InputException">Neither is there, a shard is missing or lies elsewhere, index and shards disagree, or a file is malformed.</exception>
    public static new SafetensorsFile OpenModel(string folder)
    {
        string full = Path.GetFullPath(folder);
        string single = Path.Combine(full, SingleName);
        if (File.Exists(single)) return Open(single);
        string index = Path.Combine(full, IndexName);
        if (File.Exists(index)) return OpenSharded(index);
        throw new InputException($"{full}: expected {SingleName} or {IndexName}, found neither.");
    }

    /// <summary>Looks a tensor up by its name.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out SafetensorsEntry? entry) => (entry = Find(name)) is not null;

    /// <inheritdoc/>
    public override SafetensorsEntry? Find(string name) => (SafetensorsEntry?)base.Find(name);

    /// <summary>Reads a whole tensor as single precision; F32, F16 and BF16 exactly, F64 rounded.</summary>
    /// <param name="entry">An entry of this file.</param>
    /// <param name="destination">Exactly <see cref="SafetensorsEntry.Count"/> elements.</param>
    /// <exception cref="InputException">The tensor holds no floats.</exception>
    /// <exception cref="ArgumentException">The entry is not of this file or the destination has another length.</exception>
    public void ReadFloat32(SafetensorsEntry entry, Span<float> destination)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (destination.Length != entry.Count)
            throw new ArgumentException($"'{entry.Name}' has {entry.Count} elements, the destination {destination.Length}.", nameof(destination));
        fixed (float* pointer = destination) ReadFloat32(entry, pointer, 0, entry.Count);
    }

    /// <inheritdoc/>
    public override void ReadFloat32(WeightEntry entry, float* destination, long offset, long count)
    {
        SafetensorsEntry own = Own(entry);
        CheckRange(offset, count, own.Count);
        FloatConversion.RequireFloats(own);
        FileBytes file = shards[own.FilePath].File;
        int size = SafetensorsEntry.ElementSize(own.Type);
        long start = own.Offset + offset * size;
        if (own.Type == SafetensorsType.F32)
        {
            file.Read(start, (byte*)destination, count * size);
            return;
        }

        byte* chunk = (byte*)NativeMemory.Alloc((nuint)(Math.Min(count, ChunkElements) * size));
        try
        {
            for (long done = 0; done < count; done += ChunkElements)
            {
                long part = Math.Min(ChunkElements, count - done);
                file.Read(start + done * size, chunk, part * size);
                FloatConversion.ToSingle(own, chunk, destination + (nint)done, part);
            }
        }
        finally
        {
            NativeMemory.Free(chunk);
        }
    }

    /// <summary>The stored bytes of a tensor of at most 2 GiB.</summary>
    /// <exception cref="InputException">The file has become shorter.</exception>
    /// <exception cref="ArgumentException">The entry is not of this file.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The tensor is larger than an array can be; read it in parts.</exception>
    public byte[] Raw(SafetensorsEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(entry.ByteLength, Array.MaxLength, nameof(entry));
        return Raw(entry, 0, (int)entry.ByteLength);
    }

    /// <summary>A part of the stored bytes of a tensor.</summary>
    /// <param name="entry">An entry of this file.</param>
    /// <param name="offset">First byte, counted from the start of the tensor.</param>
    /// <param name="count">Bytes.</param>
    /// <exception cref="InputException">The file has become shorter.</exception>
    /// <exception cref="ArgumentException">The entry is not of this file.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The bytes lie outside the tensor.</exception>
    public byte[] Raw(SafetensorsEntry entry, long offset, int count)
    {
        SafetensorsEntry own = Own(entry);
        CheckRange(offset, count, own.ByteLength);
        return shards[own.FilePath].File.Read(own.Offset + offset, count);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (SafetensorsShard shard in shards.Values) shard.Dispose();
    }

    internal static bool IsIn(string folder) => File.Exists(Path.Combine(folder, SingleName)) || File.Exists(Path.Combine(folder, IndexName));

    private static SafetensorsFile OpenSharded(string index)
    {
        var file = new SafetensorsFile();
        try
        {
            ShardIndex.Open(index, Extension, file.Add, file.Find);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private void Add(string path)
    {
        var shard = new SafetensorsShard(path);
        shards.Add(path, shard);
        foreach (SafetensorsEntry entry in shard.Header.Entries)
        {
            Add(entry);
            entries.Add(entry);
        }

        foreach ((string key, string value) in shard.Header.Metadata) metadata.TryAdd(key, value);
    }

    private SafetensorsEntry Own(WeightEntry entry)
    {
        RequireOwn(entry);
        return (SafetensorsEntry)entry;
    }
}
