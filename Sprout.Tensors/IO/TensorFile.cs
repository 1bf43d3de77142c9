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

    /// <summary>Reads one tensor of a file: straight into memory that the processor can address, a part at a time onto another device.</summary>
    /// <returns>How many of its values are not finite, which the caller may or may not mind.</returns>
    /// <exception cref="InputException">The shape differs, the type holds no floats, or the file has become shorter.</exception>
    public static unsafe long Read(WeightFile file, WeightEntry entry, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(tensor);
        RequireShape(entry, tensor.Shape);
        float[] buffer = tensor.Pointer is null ? ArrayPool<float>.Shared.Rent((int)Math.Min(ChunkElements, tensor.Count)) : [];
        long notFinite = 0;
        try
        {
            for (long start = 0; start < tensor.Count; start += ChunkElements)
            {
                int count = (int)Math.Min(ChunkElements, tensor.Count - start);
                Span<float> values = tensor.Pointer is null ? buffer.AsSpan(0, count) : new Span<float>(tensor.Pointer + start, count);
                fixed (float* chunk = values) file.ReadFloat32(entry, chunk, start, count);
                notFinite += NotFiniteException.Count(values);
                if (tensor.Pointer is null) tensor.Slice(start, new Shape(count)).CopyFrom(values);
            }
        }
        finally
        {
            if (buffer.Length > 0) ArrayPool<float>.Shared.Return(buffer);
        }

        file.Release(entry);
        return notFinite;
    }

    /// <summary>Whether a stored tensor has a shape.</summary>
    public static bool HasShape(WeightEntry entry, Shape shape)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry.Shape.SequenceEqual(Extents(shape));
    }

    /// <summary>Checks that a stored tensor has a shape.</summary>
    /// <exception cref="InputException">It has another one.</exception>
    public static void RequireShape(WeightEntry entry, Shape shape)
    {
        if (!HasShape(entry, shape))
            throw new InputException($"{entry.FilePath}: tensor \"{entry.Name}\": expected shape {shape}, found [{string.Join(", ", entry.Shape)}].");
    }

    private static void Download(Tensor tensor, long offset, Span<float> chunk) => tensor.Slice(offset, new Shape(chunk.Length)).CopyTo(chunk);

    private static long[] Extents(Shape shape)
    {
        var extents = new long[shape.Rank];
        for (int i = 0; i < extents.Length; i++) extents[i] = shape[i];
        return extents;
    }
}
