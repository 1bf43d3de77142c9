// One file of torch.save, in its new form or the one before PyTorch 1.6.
using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace Sprout.Tensors.IO;

/// <summary>
/// Opens a file and lists its tensors (torch/serialization.py: <c>_load</c> and <c>_legacy_load</c>). Names, shapes and strides come from the pickle; each is
/// checked against the storage, and the storage against the file.
/// </summary>
internal sealed class TorchShard : IDisposable
{
    private const int MaxPickle = 1 << 24;
    private const long LegacyVersion = 1001;

    private static readonly BigInteger LegacyMagic = BigInteger.Parse("1950a86a20f9469cfc6c", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private readonly Dictionary<string, (long Offset, long Size)> storages = new(StringComparer.Ordinal);

    /// <summary>Opens a file.</summary>
    /// <exception cref="InputException">It cannot be read, is damaged, or holds anything but tensors by name.</exception>
    public TorchShard(string path)
    {
        File = new FileBytes(path);
        try
        {
            Entries = Read();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The bytes.</summary>
    public FileBytes File { get; }

    /// <summary>The tensors in the pickle's order.</summary>
    public List<TorchEntry> Entries { get; }

    /// <inheritdoc/>
    public void Dispose() => File.Dispose();

    private List<TorchEntry> Read()
    {
        byte[] start = File.Read(0, (int)Math.Min(16, File.Length));
        if (start.AsSpan().StartsWith("PK\x03\x04"u8)) return ReadArchive(new TorchArchive(File));
        if (start is [0x80, ..]) return ReadLegacy();
        string found = start.Length == 0 ? "an empty file" : $"one that begins with \"{TorchPickle.Shown(System.Text.Encoding.Latin1.GetString(start))}\"";
        throw File.Wrong("a file of torch.save: a zip archive or a pickle", found);
    }

    private List<TorchEntry> ReadArchive(TorchArchive archive)
    {
        (long Offset, long Size) pickle = archive.Find("data.pkl")!.Value;
        if (pickle.Size > MaxPickle) throw File.Wrong($"at most {MaxPickle} bytes of data.pkl", $"{pickle.Size}");
        if (archive.Find("byteorder") is (long place, long size))
        {
            string order = System.Text.Encoding.UTF8.GetString(File.Read(place, (int)Math.Min(size, 20)));
            if (order != "little") throw File.Wrong("the byte order little", TorchPickle.Shown(order));
        }

        int at = 0;
        return Tensors(TorchPickle.Read(File.Read(pickle.Offset, (int)pickle.Size), ref at, File.Path), storage =>
            archive.Find("data/" + storage.Key) ?? throw File.Wrong($"a record for the storage {TorchPickle.Shown(storage.Key)}", "none"));
    }

    // Magic number, version, system, tensors and storages' keys are pickles one behind the other; the storages follow, each with its number of elements.
    private List<TorchEntry> ReadLegacy()
    {
        byte[] head = File.Read(0, (int)Math.Min(MaxPickle, File.Length));
        int at = 0;
        object? magic = TorchPickle.Read(head, ref at, File.Path);
        if (magic is not BigInteger number || number != LegacyMagic)
            throw File.Wrong("the magic number of torch.save", $"{TorchPickle.KindOf(magic)}; this is another program's pickle");
        object? version = TorchPickle.Read(head, ref at, File.Path);
        if (version is not LegacyVersion) throw File.Wrong($"version {LegacyVersion}", version is long other ? $"{other}" : TorchPickle.KindOf(version));
        if (TorchPickle.Read(head, ref at, File.Path) is not OrderedDictionary<string, object?> system
            || (system.TryGetValue("little_endian", out object? little) && little is not true))
            throw File.Wrong("a system that is little-endian", "another");
        object? value = TorchPickle.Read(head, ref at, File.Path);
        if (TorchPickle.Read(head, ref at, File.Path) is not List<object?> keys) throw File.Wrong("a list of the storages' keys", "another value");
        LocateStorages(keys, Dictionary(value), at);
        return Tensors(value, storage =>
            storages.TryGetValue(storage.Key, out var found) ? found : throw File.Wrong($"the storage {TorchPickle.Shown(storage.Key)}", "none"));
    }

    private void LocateStorages(List<object?> keys, OrderedDictionary<string, object?> tensors, long at)
    {
        var named = new Dictionary<string, TorchStorage>(StringComparer.Ordinal);
        foreach (TorchTensor tensor in tensors.Values.OfType<TorchTensor>()) named.TryAdd(tensor.Storage.Key, tensor.Storage);
        foreach (object? item in keys)
        {
            if (item is not string key || !named.TryGetValue(key, out TorchStorage? storage))
                throw File.Wrong("keys of the tensors' storages", item is string text ? TorchPickle.Shown(text) : TorchPickle.KindOf(item));
            long count = BinaryPrimitives.ReadInt64LittleEndian(File.Read(at, sizeof(long)));
            at += sizeof(long);
            int size = SafetensorsEntry.ElementSize(storage.Type);
            if (count < 0 || count > (File.Length - at) / size)
                throw File.Wrong($"{count} elements of the storage {TorchPickle.Shown(key)}", $"{File.Length - at} bytes to the end of the file");
            if (!storages.TryAdd(key, (at, count * size))) throw File.Wrong("every storage once", $"{TorchPickle.Shown(key)} twice");
            at += count * size;
        }
    }

    private OrderedDictionary<string, object?> Dictionary(object? value) =>
        value as OrderedDictionary<string, object?> ?? throw File.Wrong("a dictionary of tensors", TorchPickle.KindOf(value));

    private List<TorchEntry> Tensors(object? value, Func<TorchStorage, (long Offset, long Size)> locate)
    {
        OrderedDictionary<string, object?> dictionary = Dictionary(value);
        var entries = new List<TorchEntry>(dictionary.Count);
        foreach ((string name, object? item) in dictionary)
        {
            TorchTensor tensor = item as TorchTensor ?? throw Wrong(name, "a tensor", TorchPickle.KindOf(item));
            int size = SafetensorsEntry.ElementSize(tensor.Storage.Type);
            (long offset, long bytes) = locate(tensor.Storage);
            if (bytes / size < tensor.Storage.Whole) throw Wrong(name, $"a storage of {tensor.Storage.Whole} elements of {size} bytes", $"{bytes} bytes");
            CheckView(name, tensor);
            entries.Add(new TorchEntry(
                name, tensor.Storage.Type, tensor.Shape, tensor.Strides, offset + (tensor.Storage.Start + tensor.Offset) * size, File.Path));
        }

        return entries;
    }

    // A view that repeats elements would be larger than its file.
    private void CheckView(string name, TorchTensor tensor)
    {
        string found = $"shape [{string.Join(", ", tensor.Shape)}] with strides [{string.Join(", ", tensor.Strides)}] at {tensor.Offset}";
        string expected = $"a view within the storage's {tensor.Storage.Count} elements, none of them twice";
        if (tensor.Shape.Length != tensor.Strides.Length || tensor.Offset < 0) throw Wrong(name, expected, found);
        try
        {
            long count = 1, last = tensor.Offset;
            bool empty = Array.IndexOf(tensor.Shape, 0) >= 0;
            for (int i = 0; i < tensor.Shape.Length && !empty; i++)
            {
                count = checked(count * tensor.Shape[i]);
                last = checked(last + (tensor.Shape[i] - 1) * tensor.Strides[i]);
            }

            if (empty ? tensor.Offset > tensor.Storage.Count : last >= tensor.Storage.Count || count > tensor.Storage.Count)
                throw Wrong(name, expected, found);
        }
        catch (OverflowException)
        {
            throw Wrong(name, expected, found);
        }
    }

    private InputException Wrong(string name, string expected, string found) =>
        new($"{File.Path}: tensor '{TorchPickle.Shown(name)}': expected {expected}, found {found}.");
}
