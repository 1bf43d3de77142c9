// Reads pytorch_model.bin: tensors only, nothing in it is executed.
using System.Runtime.InteropServices;

namespace Sprout.Tensors.IO;

/// <summary>
/// An open file of <c>torch.save</c>, or the shards of a model: a dictionary of tensors by name, as a zip archive or in the form before PyTorch 1.6. The pickle
/// in it is read by a reader that knows tensors and plain values only; a file that asks for anything else is refused. Data is read from the file as it is asked
/// for. Not safe for several threads.
/// </summary>
public sealed unsafe class TorchFile : WeightFile
{
    internal const string SingleName = "pytorch_model.bin";

    private const string IndexName = "pytorch_model.bin.index.json";
    private const string Extension = ".bin";
    private const int ChunkElements = 1 << 20;

    private readonly Dictionary<string, TorchShard> shards = new(StringComparer.Ordinal);
    private readonly List<TorchEntry> entries = [];
    private TorchEntry? gathered;
    private byte* extent;

    private TorchFile() { }

    /// <inheritdoc/>
    public override IReadOnlyCollection<TorchEntry> Entries => entries;

    /// <summary>Opens one file.</summary>
    /// <exception cref="InputException">It cannot be read, is damaged, or holds anything but tensors by name; the message says what.</exception>
    public static TorchFile Open(string path)
    {
        var file = new TorchFile();
        file.Add(Path.GetFullPath(path));
        return file;
    }

    /// <summary>Opens <c>pytorch_model.bin</c> of a model folder, or the shards that <c>pytorch_model.bin.index.json</c> lists.</summary>
    /// <exception cref="InputException">Neither is there, a shard is missing or lies elsewhere, index and shards disagree, or a file is refused.</exception>
    public static new TorchFile OpenModel(string folder)
    {
        string full = Path.GetFullPath(folder);
        string single = Path.Combine(full, SingleName), index = Path.Combine(full, IndexName);
        if (File.Exists(single)) return Open(single);
        if (!File.Exists(index)) throw new InputException($"{full}: expected {SingleName} or {IndexName}, found neither.");
        var file = new TorchFile();
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

    /// <inheritdoc/>
    public override TorchEntry? Find(string name) => (TorchEntry?)base.Find(name);

    /// <inheritdoc/>
    public override void ReadFloat32(WeightEntry entry, float* destination, long offset, long count)
    {
        TorchEntry own = Own(entry);
        CheckRange(offset, count, own.Count);
        FloatConversion.RequireFloats(own);
        int size = SafetensorsEntry.ElementSize(own.Type);
        byte* chunk = (byte*)NativeMemory.Alloc((nuint)(Math.Min(count, ChunkElements) * size));
        try
        {
            for (long done = 0; done < count; done += ChunkElements)
            {
                long part = Math.Min(ChunkElements, count - done);
                if (own.IsContiguous) shards[own.FilePath].File.Read(own.Offset + (offset + done) * size, chunk, part * size);
                else Gather(own, size, offset + done, chunk, part);
                FloatConversion.ToSingle(own, chunk, destination + (nint)done, part);
            }
        }
        finally
        {
            NativeMemory.Free(chunk);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        FreeExtent();
        foreach (TorchShard shard in shards.Values) shard.Dispose();
    }

    internal static bool IsIn(string folder) => File.Exists(Path.Combine(folder, SingleName)) || File.Exists(Path.Combine(folder, IndexName));

    internal override void Release(WeightEntry entry) => FreeExtent();

    // Elements of a view whose strides are not row-major: what lies between its first and its last is read once.
    private void Gather(TorchEntry entry, int size, long first, byte* destination, long count)
    {
        if (!ReferenceEquals(gathered, entry)) ReadExtent(entry, size);
        int rank = entry.Shape.Length;
        var index = new long[rank];
        for (long rest = first, i = rank - 1; i >= 0; rest /= entry.Shape[i], i--) index[i] = rest % entry.Shape[i];
        for (long n = 0; n < count; n++)
        {
            long at = 0;
            for (int i = 0; i < rank; i++) at += index[i] * entry.Strides[i];
            Buffer.MemoryCopy(extent + (nint)at * size, destination + (nint)n * size, size, size);
            for (int i = rank - 1; i >= 0 && ++index[i] == entry.Shape[i]; i--) index[i] = 0;
        }
    }

    private void ReadExtent(TorchEntry entry, int size)
    {
        FreeExtent();
        long bytes = entry.Extent * size;
        extent = (byte*)NativeMemory.Alloc((nuint)bytes);
        shards[entry.FilePath].File.Read(entry.Offset, extent, bytes);
        gathered = entry;
    }

    private void FreeExtent()
    {
        NativeMemory.Free(extent);
        extent = null;
        gathered = null;
    }

    private void Add(string path)
    {
        var shard = new TorchShard(path);
        shards.Add(path, shard);
        foreach (TorchEntry entry in shard.Entries)
        {
            Add(entry);
            entries.Add(entry);
        }
    }

    private TorchEntry Own(WeightEntry entry)
    {
        RequireOwn(entry);
        return (TorchEntry)entry;
    }
}
