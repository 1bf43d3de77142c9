// Reads safetensors files without copying them: one file, or the shards of a model.
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Sprout.Tensors.Host;

namespace Sprout.Tensors.IO;

/// <summary>
/// An open safetensors file or sharded model, memory-mapped. Format: 8 bytes of header length, a JSON header, the data
/// (huggingface/safetensors, README, "Format"). Every number in the header is checked against the file's length when it is opened.
/// Several threads may read at once; the file must not be truncated while it is open, and nothing it handed out may be used after
/// <see cref="Dispose"/>.
/// </summary>
public sealed unsafe class SafetensorsFile : IDisposable
{
    private const string SingleName = "model.safetensors";
    private const string IndexName = "model.safetensors.index.json";

    private readonly Dictionary<string, SafetensorsShard> shards = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SafetensorsEntry> byName = new(StringComparer.Ordinal);
    private readonly List<SafetensorsEntry> entries = [];
    private readonly Dictionary<string, string> metadata = new(StringComparer.Ordinal);

    private SafetensorsFile() { }

    /// <summary>Every tensor: in the order of its data, shard after shard.</summary>
    public IReadOnlyCollection<SafetensorsEntry> Entries => entries;

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
    public static SafetensorsFile OpenModel(string folder)
    {
        string full = Path.GetFullPath(folder);
        string single = Path.Combine(full, SingleName);
        if (File.Exists(single)) return Open(single);
        string index = Path.Combine(full, IndexName);
        if (File.Exists(index)) return OpenSharded(full, index);
        string advice = File.Exists(Path.Combine(full, "pytorch_model.bin")) ? "; convert pytorch_model.bin to safetensors first" : "";
        throw new InputException($"{full}: expected {SingleName} or {IndexName}, found neither{advice}.");
    }

    /// <summary>Looks a tensor up by its name.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out SafetensorsEntry? entry) => byName.TryGetValue(name, out entry);

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

    /// <summary>Reads <paramref name="count"/> elements from element <paramref name="offset"/> on, to memory of any size.</summary>
    /// <param name="entry">An entry of this file.</param>
    /// <param name="destination">Room for <paramref name="count"/> elements.</param>
    /// <param name="offset">First element to read.</param>
    /// <param name="count">Elements to read.</param>
    /// <exception cref="InputException">The tensor holds no floats.</exception>
    /// <exception cref="ArgumentException">The entry is not of this file.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The elements lie outside the tensor.</exception>
    public void ReadFloat32(SafetensorsEntry entry, float* destination, long offset, long count)
    {
        SafetensorsShard shard = ShardOf(entry);
        CheckRange(offset, count, entry.Count);
        byte* source = shard.Address(entry.Offset + offset * SafetensorsEntry.ElementSize(entry.Type));
        switch (entry.Type)
        {
            case SafetensorsType.F32:
                Buffer.MemoryCopy(source, destination, count * sizeof(float), count * sizeof(float));
                break;
            case SafetensorsType.F16:
                FloatConversion.FromHalf(source, destination, count);
                break;
            case SafetensorsType.BF16:
                FloatConversion.FromBFloat16(source, destination, count);
                break;
            case SafetensorsType.F64:
                FloatConversion.FromDouble(source, destination, count);
                break;
            default:
                throw new InputException($"{entry.FilePath}: tensor '{entry.Name}': expected F32, F16, BF16 or F64, found {entry.Type}.");
        }
    }

    /// <summary>The stored bytes of a tensor of at most 2 GiB, valid until <see cref="Dispose"/>.</summary>
    /// <exception cref="ArgumentException">The entry is not of this file.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The tensor is larger than a span can be; read it in parts.</exception>
    public ReadOnlySpan<byte> Raw(SafetensorsEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(entry.ByteLength, int.MaxValue, nameof(entry));
        return Raw(entry, 0, (int)entry.ByteLength);
    }

    /// <summary>A part of the stored bytes of a tensor, valid until <see cref="Dispose"/>.</summary>
    /// <param name="entry">An entry of this file.</param>
    /// <param name="offset">First byte, counted from the start of the tensor.</param>
    /// <param name="count">Bytes.</param>
    /// <exception cref="ArgumentException">The entry is not of this file.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The bytes lie outside the tensor.</exception>
    public ReadOnlySpan<byte> Raw(SafetensorsEntry entry, long offset, int count)
    {
        SafetensorsShard shard = ShardOf(entry);
        CheckRange(offset, count, entry.ByteLength);
        return new ReadOnlySpan<byte>(shard.Address(entry.Offset + offset), count);
    }

    /// <summary>
    /// Takes a part that has been read out of the process's memory, so that a copy of the weights is the only one; on Linux. Reading it again brings it back.
    /// </summary>
    /// <param name="entry">An entry of this file.</param>
    /// <param name="offset">First byte, counted from the start of the tensor.</param>
    /// <param name="count">Bytes.</param>
    /// <exception cref="ArgumentException">The entry is not of this file.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The bytes lie outside the tensor.</exception>
    public void Release(SafetensorsEntry entry, long offset, long count)
    {
        SafetensorsShard shard = ShardOf(entry);
        CheckRange(offset, count, entry.ByteLength);
        MemoryAdvice.Release((nint)shard.Address(entry.Offset + offset), count);
    }

    /// <summary>Unmaps the file or files.</summary>
    public void Dispose()
    {
        foreach (SafetensorsShard shard in shards.Values) shard.Dispose();
    }

    private static SafetensorsFile OpenSharded(string folder, string index)
    {
        var file = new SafetensorsFile();
        try
        {
            List<(string Tensor, string Shard)> map = ReadIndex(index);
            foreach (string shard in map.Select(pair => pair.Shard).Distinct(StringComparer.Ordinal))
            {
                string path = Path.Combine(folder, shard);
                if (!File.Exists(path)) throw new InputException($"{index}: expected the shard '{shard}' beside it, found no such file.");
                file.Add(path);
            }

            foreach ((string tensor, string shard) in map)
            {
                if (!file.TryGet(tensor, out SafetensorsEntry? entry) || Path.GetFileName(entry.FilePath) != shard)
                    throw new InputException(
                        $"{index}: expected tensor '{tensor}' in the shard '{shard}', found {(entry is null ? "it nowhere" : $"it in {entry.FilePath}")}.");
            }

            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static List<(string Tensor, string Shard)> ReadIndex(string index)
    {
        try
        {
            using FileStream stream = File.OpenRead(index);
            if (stream.Length > SafetensorsHeader.MaxLength)
                throw new InputException($"{index}: expected at most {SafetensorsHeader.MaxLength} bytes, found {stream.Length}.");
            using JsonDocument json = JsonDocument.Parse(stream, new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (json.RootElement.ValueKind != JsonValueKind.Object
                || !json.RootElement.TryGetProperty("weight_map", out JsonElement map) || map.ValueKind != JsonValueKind.Object)
                throw new InputException($"{index}: expected a JSON object with an object 'weight_map', found none.");
            var pairs = new List<(string, string)>();
            foreach (JsonProperty property in map.EnumerateObject())
            {
                string? shard = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString() : null;
                if (!IsPlainFileName(shard))
                    throw new InputException(
                        $"{index}: tensor '{property.Name}': expected the name of a .safetensors file in the same folder, "
                        + $"found {property.Value.GetRawText()}.");
                pairs.Add((property.Name, shard));
            }

            return pairs;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InputException($"{index}: expected valid JSON: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Cannot read {index}: {e.Message}", e);
        }
    }

    // An index must not reach outside its folder, on any system's idea of a separator.
    private static bool IsPlainFileName([NotNullWhen(true)] string? name) =>
        name is not null && name.EndsWith(".safetensors", StringComparison.Ordinal) && name.AsSpan().IndexOfAny("/\\:\0") < 0;

    private void Add(string path)
    {
        var shard = new SafetensorsShard(path);
        shards.Add(path, shard);
        foreach (SafetensorsEntry entry in shard.Header.Entries)
        {
            if (!byName.TryAdd(entry.Name, entry))
                throw new InputException($"{path}: tensor '{entry.Name}': expected it in one shard, found it in {byName[entry.Name].FilePath} too.");
            entries.Add(entry);
        }

        foreach ((string key, string value) in shard.Header.Metadata) metadata.TryAdd(key, value);
    }

    private SafetensorsShard ShardOf(SafetensorsEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (!byName.TryGetValue(entry.Name, out SafetensorsEntry? own) || !ReferenceEquals(own, entry))
            throw new ArgumentException($"'{entry.Name}' is not an entry of this file.", nameof(entry));
        return shards[entry.FilePath];
    }

    private static void CheckRange(long offset, long count, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, length - offset);
    }
}
