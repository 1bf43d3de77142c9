// Memory that is handed out again instead of being returned to the device.
namespace Sprout.Tensors;

/// <summary>
/// The free memory of a device, by size: what a step gives back, the next step gets. Batches of many lengths share their memory: once a pool holds half more
/// than was ever needed at a time, idle buffers serve smaller requests too. Used by one thread at a time.
/// </summary>
/// <param name="create">Allocates a buffer of the given number of bytes on the device; throws <see cref="OutOfMemoryException"/> when there is no room.</param>
public sealed class BufferPool(Func<long, DeviceBuffer> create) : IDisposable
{
    // The largest idle buffer that a request of a size gets, in that size.
    private const int MostOversize = 4;

    private readonly Dictionary<long, Stack<DeviceBuffer>> free = [];
    private long heldBytes;
    private bool disposed;
    private OneThreadAtATime caller;

    /// <summary>Bytes asked for, in the pool's sizes, and not given back.</summary>
    public long LiveBytes { get; private set; }

    /// <summary>The largest value that <see cref="LiveBytes"/> has had.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>A buffer of at least the given size, with undefined content.</summary>
    /// <exception cref="OutOfMemoryException">The device has not that much left, even after the pool gave back what it kept.</exception>
    public DeviceBuffer Rent(long bytes)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        long size = BucketOf(bytes);
        caller.Enter();
        try
        {
            DeviceBuffer buffer = Take(size, size) ?? (IsSpacious(size) ? Take(size, MostOversize * size) : null) ?? Create(size);
            buffer.CountedBytes = size;
            LiveBytes += size;
            PeakBytes = Math.Max(PeakBytes, LiveBytes);
            return buffer;
        }
        finally
        {
            caller.Leave();
        }
    }

    /// <summary>Takes a buffer back.</summary>
    public void Return(DeviceBuffer buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        caller.Enter();
        try
        {
            LiveBytes -= buffer.CountedBytes;
            if (disposed) buffer.Dispose();
            else Keep(buffer);
        }
        finally
        {
            caller.Leave();
        }
    }

    /// <summary>Returns all free memory to the device; buffers still handed out follow when they are given back.</summary>
    public void Dispose()
    {
        disposed = true;
        Clear();
    }

    // Sizes in steps of an eighth of a power of two: at most 12.5 % waste, and batches of similar length share buffers.
    private static long BucketOf(long bytes)
    {
        if (bytes <= 512) return 512;
        long step = 1L << (61 - System.Numerics.BitOperations.LeadingZeroCount((ulong)(bytes - 1)) - 1);
        return (bytes + step - 1) / step * step;
    }

    // Whether another buffer of a size would make the pool hold half more than was ever needed at a time. Until then every size gets buffers of its own:
    // what stays, such as gradients and moments, would otherwise keep larger ones.
    private bool IsSpacious(long size) => heldBytes + size > Math.Max(PeakBytes, LiveBytes + size) / 2 * 3;

    private void Keep(DeviceBuffer buffer)
    {
        if (!free.TryGetValue(buffer.Bytes, out Stack<DeviceBuffer>? stack)) free[buffer.Bytes] = stack = new Stack<DeviceBuffer>();
        stack.Push(buffer);
    }

    private DeviceBuffer? Take(long size, long most)
    {
        for (long bucket = size; bucket <= most; bucket = BucketOf(bucket + 1))
        {
            if (free.TryGetValue(bucket, out Stack<DeviceBuffer>? stack) && stack.TryPop(out DeviceBuffer? buffer)) return buffer;
        }

        return null;
    }

    private DeviceBuffer Create(long size)
    {
        DeviceBuffer buffer;
        try
        {
            buffer = create(size);
        }
        catch (OutOfMemoryException) when (free.Values.Any(stack => stack.Count > 0))
        {
            Clear();
            buffer = create(size);
        }

        heldBytes += size;
        return buffer;
    }

    private void Clear()
    {
        foreach (DeviceBuffer buffer in free.Values.SelectMany(stack => stack))
        {
            heldBytes -= buffer.Bytes;
            buffer.Dispose();
        }

        free.Clear();
    }
}
