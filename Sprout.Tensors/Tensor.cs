// A dense row-major array of 32-bit floats on one device.
using System.Runtime.InteropServices;

namespace Sprout.Tensors;

/// <summary>
/// A dense row-major array of 32-bit floats on one device. A tensor that was rented owns its memory and gives it back to the device's pool when
/// disposed; a view (<see cref="Reshape"/>, <see cref="Slice"/>) shares the memory of its origin and must not outlive it.
/// </summary>
public sealed unsafe class Tensor : IDisposable
{
    // A span has at most 2³¹ − 1 bytes, so larger tensors are copied in parts.
    private const int MostCopied = 1 << 28;

    private readonly bool owner;
    private DeviceBuffer? buffer;

    private Tensor(IBackend backend, DeviceBuffer buffer, long offset, Shape shape, bool owner)
    {
        Backend = backend;
        this.buffer = buffer;
        this.owner = owner;
        Offset = offset;
        Shape = shape;
        Pointer = buffer.Address == 0 ? null : (float*)buffer.Address + offset;
    }

    /// <summary>The backend whose kernels work on this tensor.</summary>
    public IBackend Backend { get; }

    /// <summary>The extents.</summary>
    public Shape Shape { get; private set; }

    /// <summary>The number of elements.</summary>
    public long Count => Shape.Count;

    /// <summary>The place of the first element within <see cref="Buffer"/>, in elements.</summary>
    public long Offset { get; }

    /// <summary>The memory; for backends.</summary>
    /// <exception cref="ObjectDisposedException">The tensor has been disposed.</exception>
    public DeviceBuffer Buffer => buffer ?? throw new ObjectDisposedException(nameof(Tensor), $"A tensor {Shape} is used after its memory was given back.");

    /// <summary>The first element when the processor can address it, otherwise null; for host backends.</summary>
    internal float* Pointer { get; private set; }

    /// <summary>A tensor with undefined content from the pool of a backend.</summary>
    public static Tensor Rent(IBackend backend, Shape shape)
    {
        ArgumentNullException.ThrowIfNull(backend);
        return new Tensor(backend, backend.Allocate(Math.Max(shape.Count, 1) * sizeof(float)), 0, shape, owner: true);
    }

    /// <summary>A tensor of zeros.</summary>
    public static Tensor Zeros(IBackend backend, Shape shape)
    {
        Tensor tensor = Rent(backend, shape);
        backend.Fill(tensor, 0f);
        return tensor;
    }

    /// <summary>A tensor with the given elements in row-major order.</summary>
    /// <exception cref="ArgumentException">The number of elements does not fit the shape.</exception>
    public static Tensor From(IBackend backend, Shape shape, ReadOnlySpan<float> values)
    {
        if (values.Length != shape.Count) throw new ArgumentException($"From: {values.Length} values for {shape}.");
        Tensor tensor = Rent(backend, shape);
        tensor.CopyFrom(values);
        return tensor;
    }

    /// <summary>A view of the same elements with other extents.</summary>
    /// <exception cref="ArgumentException">The number of elements differs.</exception>
    public Tensor Reshape(Shape shape)
    {
        if (shape.Count != Count) throw new ArgumentException($"Reshape: {Shape} has {Count} elements, {shape} has {shape.Count}.");
        return new Tensor(Backend, Buffer, Offset, shape, owner: false);
    }

    /// <summary>A view of consecutive elements.</summary>
    /// <param name="start">The first element.</param>
    /// <param name="shape">The extents of the view.</param>
    /// <exception cref="ArgumentOutOfRangeException">The view would reach beyond the tensor.</exception>
    public Tensor Slice(long start, Shape shape)
    {
        if (start < 0 || start > Count - shape.Count)
            throw new ArgumentOutOfRangeException(nameof(start), $"Slice: {shape.Count} elements from {start} of {Shape}.");
        return new Tensor(Backend, Buffer, Offset + start, shape, owner: false);
    }

    /// <summary>Replaces all elements.</summary>
    /// <exception cref="ArgumentException">The number of elements differs.</exception>
    public void CopyFrom(ReadOnlySpan<float> values)
    {
        if (values.Length != Count) throw new ArgumentException($"CopyFrom: {values.Length} values for {Shape}.");
        for (long start = 0; start < Count; start += MostCopied)
            Backend.Upload(MemoryMarshal.AsBytes(values.Slice((int)start, (int)Math.Min(MostCopied, Count - start))), Buffer, (Offset + start) * sizeof(float));
    }

    /// <summary>Reads all elements back; waits for the device.</summary>
    /// <exception cref="ArgumentException">The number of elements differs.</exception>
    public void CopyTo(Span<float> values)
    {
        if (values.Length != Count) throw new ArgumentException($"CopyTo: {values.Length} values for {Shape}.");
        for (long start = 0; start < Count; start += MostCopied)
            Backend.Download(
                Buffer, (Offset + start) * sizeof(float), MemoryMarshal.AsBytes(values.Slice((int)start, (int)Math.Min(MostCopied, Count - start))));
    }

    /// <summary>All elements in a new array; waits for the device.</summary>
    public float[] ToArray()
    {
        var values = new float[Count];
        CopyTo(values);
        return values;
    }

    /// <summary>The only element; waits for the device.</summary>
    /// <exception cref="InvalidOperationException">The tensor does not have exactly one element.</exception>
    public float Item()
    {
        if (Count != 1) throw new InvalidOperationException($"Item: {Shape} does not have exactly one element.");
        float value = 0;
        CopyTo(new Span<float>(ref value));
        return value;
    }

    /// <summary>Gives an owned tensor whose memory went back to the pool new memory, with undefined content; nobody may hold it for what it was.</summary>
    internal void RentAgain(Shape shape)
    {
        buffer = Backend.Allocate(Math.Max(shape.Count, 1) * sizeof(float));
        Shape = shape;
        Pointer = buffer.Address == 0 ? null : (float*)buffer.Address;
    }

    /// <summary>Gives owned memory back to the pool; a second call does nothing.</summary>
    public void Dispose()
    {
        if (buffer is null) return;
        if (owner) Backend.Free(buffer);
        buffer = null;
        Pointer = null;
    }
}
