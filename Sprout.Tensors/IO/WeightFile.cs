// A file of weights, whatever its format.
namespace Sprout.Tensors.IO;

/// <summary>
/// The tensors of a file or of a sharded model. Opening checks every size against the file's length; nothing is allocated for data before it is asked for.
/// </summary>
public abstract unsafe class WeightFile : IDisposable
{
    private readonly Dictionary<string, WeightEntry> byName = new(StringComparer.Ordinal);

    /// <summary>Every tensor, in the order of the file.</summary>
    public abstract IReadOnlyCollection<WeightEntry> Entries { get; }

    /// <summary>
    /// Opens the weights of a model folder: <c>model.safetensors</c> or the shards of its index, else <c>pytorch_model.bin</c> or the shards of its index.
    /// </summary>
    /// <exception cref="InputException">None of them is there, a file is malformed, or a shard is missing.</exception>
    public static WeightFile OpenModel(string folder)
    {
        string full = Path.GetFullPath(folder);
        if (SafetensorsFile.IsIn(full)) return SafetensorsFile.OpenModel(full);
        if (TorchFile.IsIn(full)) return TorchFile.OpenModel(full);
        throw new InputException($"{full}: expected {SafetensorsFile.SingleName}, {TorchFile.SingleName} or the index of one's shards, found none.");
    }

    /// <summary>The tensor of a name; null when there is none.</summary>
    public virtual WeightEntry? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>Reads elements as single precision, in row-major order; F32, F16 and BF16 exactly, F64 rounded.</summary>
    /// <param name="entry">An entry of this file.</param>
    /// <param name="destination">Room for <paramref name="count"/> elements.</param>
    /// <param name="offset">First element to read.</param>
    /// <param name="count">Elements to read.</param>
    /// <exception cref="InputException">The tensor holds no floats, or the file has become shorter.</exception>
    /// <exception cref="ArgumentException">The entry is not of this file.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The elements lie outside the tensor.</exception>
    public abstract void ReadFloat32(WeightEntry entry, float* destination, long offset, long count);

    /// <summary>Closes the file or files.</summary>
    public abstract void Dispose();

    /// <summary>Says that a tensor has been read to its end, so that what holds it may go.</summary>
    internal virtual void Release(WeightEntry entry) { }

    /// <summary>Adds a tensor of a shard.</summary>
    /// <exception cref="InputException">Another shard has one of its name.</exception>
    private protected void Add(WeightEntry entry)
    {
        if (!byName.TryAdd(entry.Name, entry))
            throw new InputException($"{entry.FilePath}: tensor '{entry.Name}': expected it in one shard, found it in {byName[entry.Name].FilePath} too.");
    }

    /// <exception cref="ArgumentException">The entry is not of this file.</exception>
    private protected void RequireOwn(WeightEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (!ReferenceEquals(Find(entry.Name), entry)) throw new ArgumentException($"'{entry.Name}' is not an entry of this file.", nameof(entry));
    }

    private protected static void CheckRange(long offset, long count, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, length - offset);
    }
}
