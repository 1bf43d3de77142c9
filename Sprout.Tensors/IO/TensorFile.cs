// Tensors of a device, to and from safetensors files.
using System.Buffers;
using System.Security.Cryptography;

namespace Sprout.Tensors.IO;

/// <summary>Moves tensors between a device and safetensors files, a part at a time.</summary>
public static class TensorFile
{
    private const int ChunkElements = 1 << 20;

    /// <summary>Writes named tensors to one file, in single precision, whole or not at all.</summary>
    /// <param name="path">The target.</param>
    /// <param name="tensors">The tensors.</param>
    /// <param name="hash">Receives the file's bytes; null: nobody.</param>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Save(string path, IEnumerable<(string Name, Tensor Tensor)> tensors, IncrementalHash? hash = null) =>
        SafetensorsWriter.Write(
            path,
            tensors.Select(item =>
                SafetensorsTensor.Float32(item.Name, Extents(item.Tensor.Shape), (offset, chunk) => Download(item.Tensor, offset, chunk))),
            hash: hash);

    /// <summary>Reads tensors by exact name.</summary>
    /// <exception cref="InputException">A tensor is missing, has another shape, or is of a type that holds no floats.</exception>
    public static void Load(string path, IEnumerable<(string Name, Tensor Tensor)> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        foreach ((string name, Tensor tensor) in tensors)
        {
            if (!file.TryGet(name, out SafetensorsEntry? entry))
                throw new InputException($"{path}: expected the tensor \"{name}\" {tensor.Shape}, found none of that name.");
            Read(file, entry, tensor);
        }
    }

    /// <summary>
    /// Reads one tensor of a file. Single precision goes from a mapped file straight to the device, and what has been read leaves the process's memory.
    /// </summary>
    /// <exception cref="InputException">The shape differs, or the type holds no floats.</exception>
    public static unsafe void Read(WeightFile file, WeightEntry entry, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(tensor);
        if (!HasShape(entry, tensor))
            throw new InputException($"{entry.FilePath}: tensor \"{entry.Name}\": expected shape {tensor.Shape}, found [{string.Join(", ", entry.Shape)}].");
        float[] buffer = [];
        for (long start = 0; start < tensor.Count; start += ChunkElements)
        {
            int count = (int)Math.Min(ChunkElements, tensor.Count - start);
            ReadOnlySpan<float> values = file.InPlace(entry, start, count);
            if (values.IsEmpty)
            {
                if (buffer.Length == 0) buffer = ArrayPool<float>.Shared.Rent(count);
                fixed (float* chunk = buffer) file.ReadFloat32(entry, chunk, start, count);
                values = buffer.AsSpan(0, count);
            }

            tensor.Slice(start, new Shape(count)).CopyFrom(values);
            file.Release(entry, start, count);
        }

        if (buffer.Length > 0) ArrayPool<float>.Shared.Return(buffer);
    }

    /// <summary>Whether a stored tensor has the shape of one of a device.</summary>
    public static bool HasShape(WeightEntry entry, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(tensor);
        return entry.Shape.SequenceEqual(Extents(tensor.Shape));
    }

    private static void Download(Tensor tensor, long offset, Span<float> chunk) => tensor.Slice(offset, new Shape(chunk.Length)).CopyTo(chunk);

    private static long[] Extents(Shape shape)
    {
        var extents = new long[shape.Rank];
        for (int i = 0; i < extents.Length; i++) extents[i] = shape[i];
        return extents;
    }
}
