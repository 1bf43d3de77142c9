// A tensor to be written: its name, type, shape and where its data comes from.
using System.Runtime.InteropServices;

namespace Sprout.Tensors.IO;

/// <summary>One tensor for <see cref="SafetensorsWriter"/>. It refers to its data and copies none.</summary>
public sealed class SafetensorsTensor
{
    private const int ChunkElements = 1 << 16;

    private SafetensorsTensor(string name, SafetensorsType type, long[] shape, Action<Stream> write)
    {
        Name = name;
        Type = type;
        Shape = shape;
        WriteData = write;
        ByteLength = SafetensorsEntry.ElementSize(type);
        foreach (long dimension in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(dimension, nameof(shape));
            ByteLength = checked(ByteLength * dimension);
        }
    }

    /// <summary>Fills <paramref name="chunk"/> with the elements from number <paramref name="offset"/> on; called in order, without gaps.</summary>
    public delegate void Fill(long offset, Span<float> chunk);

    /// <summary>Key in the file.</summary>
    public string Name { get; }

    /// <summary>Element type in the file.</summary>
    public SafetensorsType Type { get; }

    /// <summary>Dimensions, outermost first.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>Bytes of data.</summary>
    public long ByteLength { get; }

    internal Action<Stream> WriteData { get; }

    /// <summary>A tensor in managed memory: float becomes F32, int I32, long I64, byte U8.</summary>
    /// <exception cref="ArgumentException">Another element type, or <paramref name="data"/> does not have the shape's number of elements.</exception>
    public static SafetensorsTensor Of<T>(string name, long[] shape, ReadOnlyMemory<T> data) where T : unmanaged
    {
        SafetensorsType type = default(T) switch
        {
            float => SafetensorsType.F32,
            int => SafetensorsType.I32,
            long => SafetensorsType.I64,
            byte => SafetensorsType.U8,
            _ => throw new ArgumentException($"Tensor '{name}': expected float, int, long or byte, found {typeof(T)}.", nameof(data)),
        };

        // A span of bytes counts with an int, so large arrays go out in parts.
        var tensor = new SafetensorsTensor(name, type, shape, stream =>
        {
            for (int start = 0; start < data.Length; start += ChunkElements)
                stream.Write(MemoryMarshal.AsBytes(data.Span[start..Math.Min(start + ChunkElements, data.Length)]));
        });
        long count = tensor.ByteLength / SafetensorsEntry.ElementSize(type);
        if (count != data.Length)
            throw new ArgumentException($"Tensor '{name}': expected {count} elements for [{string.Join(", ", shape)}], found {data.Length}.", nameof(data));
        return tensor;
    }

    /// <summary>An F32 tensor in native memory, which must hold the shape's number of elements until it is written.</summary>
    public static unsafe SafetensorsTensor Float32(string name, long[] shape, float* data) =>
        new(name, SafetensorsType.F32, shape, stream =>
        {
            long count = Count(shape);
            for (long start = 0; start < count; start += ChunkElements)
                stream.Write(new ReadOnlySpan<byte>(data + (nint)start, (int)Math.Min(ChunkElements, count - start) * sizeof(float)));
        });

    /// <summary>An F32 tensor that <paramref name="fill"/> produces in parts of at most 65 536 elements, e.g. from a device.</summary>
    public static SafetensorsTensor Float32(string name, long[] shape, Fill fill)
    {
        ArgumentNullException.ThrowIfNull(fill);
        return new(name, SafetensorsType.F32, shape, stream => WriteParts(Count(shape), fill, chunk => stream.Write(MemoryMarshal.AsBytes(chunk))));
    }

    /// <summary>An F16 tensor of what <paramref name="fill"/> produces in parts of at most 65 536 elements, rounded to nearest.</summary>
    /// <remarks>Writing it throws an <see cref="InputException"/> when a value is too large for half precision.</remarks>
    public static SafetensorsTensor Float16(string name, long[] shape, Fill fill)
    {
        ArgumentNullException.ThrowIfNull(fill);
        return new(name, SafetensorsType.F16, shape, stream => WriteParts(Count(shape), fill, chunk =>
        {
            var halves = new Half[chunk.Length];
            HalfPrecision.Convert(chunk, halves, name);
            stream.Write(MemoryMarshal.AsBytes<Half>(halves));
        }));
    }

    private delegate void Take(ReadOnlySpan<float> chunk);

    private static void WriteParts(long count, Fill fill, Take take)
    {
        var buffer = new float[(int)Math.Min(ChunkElements, count)];
        for (long start = 0; start < count; start += ChunkElements)
        {
            Span<float> chunk = buffer.AsSpan(0, (int)Math.Min(ChunkElements, count - start));
            fill(start, chunk);
            take(chunk);
        }
    }

    private static long Count(long[] shape)
    {
        long count = 1;
        foreach (long dimension in shape) count *= dimension;
        return count;
    }
}
