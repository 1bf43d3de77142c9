// A flat array of 32-bit integers on one device.
using System.Runtime.InteropServices;

namespace Sprout.Tensors;

/// <summary>A flat array of 32-bit integers on one device: token ids, positions, sequence offsets, targets, mask bits.</summary>
public sealed unsafe class IntTensor : IDisposable
{
    // Bytes beyond the last element that kernels may read.
    private const int Overrun = 8;

    private DeviceBuffer? buffer;

    private IntTensor(IBackend backend, DeviceBuffer buffer, int length)
    {
        Backend = backend;
        this.buffer = buffer;
        Length = length;
        Pointer = (int*)buffer.Address;
    }

    /// <summary>The backend whose kernels work on this array.</summary>
    public IBackend Backend { get; }

    /// <summary>The number of elements.</summary>
    public int Length { get; private set; }

    /// <summary>The memory; for backends.</summary>
    /// <exception cref="ObjectDisposedException">The array has been disposed.</exception>
    public DeviceBuffer Buffer =>
        buffer ?? throw new ObjectDisposedException(nameof(IntTensor), $"An array of {Length} integers is used after its memory was given back.");

    /// <summary>The first element when the processor can address it, otherwise null; for host backends.</summary>
    internal int* Pointer { get; private set; }

    /// <summary>
    /// What the backend remembers of this array between kernels, and nobody else; for host backends. It may say where to look first: no result depends on it.
    /// </summary>
    internal object? Hint { get; set; }

    /// <summary>An array with undefined content; at least 8 bytes beyond the last element may be read.</summary>
    public static IntTensor Rent(IBackend backend, int length)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return new IntTensor(backend, backend.Allocate((length * (long)sizeof(int)) + Overrun), length);
    }

    /// <summary>An array with the given elements.</summary>
    public static IntTensor From(IBackend backend, ReadOnlySpan<int> values)
    {
        IntTensor tensor = Rent(backend, values.Length);
        backend.Upload(MemoryMarshal.AsBytes(values), tensor.Buffer, 0);
        return tensor;
    }

    /// <summary>Makes it an array of other elements, in the memory that it has where they fit; nobody may hold it for what it was.</summary>
    internal void Become(ReadOnlySpan<int> values)
    {
        long bytes = (values.Length * (long)sizeof(int)) + Overrun;
        if (Buffer.Bytes < bytes)
        {
            Backend.Free(Buffer);
            buffer = Backend.Allocate(bytes);
            Pointer = (int*)buffer.Address;
        }

        Length = values.Length;
        Backend.Upload(MemoryMarshal.AsBytes(values), Buffer, 0);
    }

    /// <summary>All elements in a new array; waits for the device.</summary>
    public int[] ToArray()
    {
        var values = new int[Length];
        Backend.Download(Buffer, 0, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    /// <summary>Gives the memory back to the pool; a second call does nothing.</summary>
    public void Dispose()
    {
        if (buffer is null) return;
        Backend.Free(buffer);
        buffer = null;
        Pointer = null;
        Hint = null;
    }
}
