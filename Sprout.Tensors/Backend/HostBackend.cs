// Memory of backends that run on the processor.
using System.Runtime.InteropServices;

namespace Sprout.Tensors;

/// <summary>What all processor backends share: pooled native memory aligned to 64 bytes, and copies.</summary>
public abstract unsafe class HostBackend : IDisposable
{
    private readonly Dictionary<long, Stack<HostBuffer>> free = [];
    private bool disposed;

    /// <inheritdoc cref="IBackend.LiveBytes"/>
    public long LiveBytes { get; private set; }

    /// <inheritdoc cref="IBackend.PeakBytes"/>
    public long PeakBytes { get; private set; }

    /// <inheritdoc cref="IBackend.Allocate"/>
    public DeviceBuffer Allocate(long bytes)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        long size = BucketOf(bytes);
        HostBuffer buffer = free.TryGetValue(size, out Stack<HostBuffer>? stack) && stack.Count > 0 ? stack.Pop() : new HostBuffer(size);
        LiveBytes += size;
        PeakBytes = Math.Max(PeakBytes, LiveBytes);
        return buffer;
    }

    /// <inheritdoc cref="IBackend.Free"/>
    public void Free(DeviceBuffer buffer)
    {
        var host = (HostBuffer)buffer;
        LiveBytes -= host.Bytes;
        if (disposed)
        {
            host.Dispose();
            return;
        }

        if (!free.TryGetValue(host.Bytes, out Stack<HostBuffer>? stack)) free[host.Bytes] = stack = new Stack<HostBuffer>();
        stack.Push(host);
    }

    /// <inheritdoc cref="IBackend.Upload"/>
    public void Upload(ReadOnlySpan<byte> source, DeviceBuffer destination, long offset)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (offset < 0 || offset + source.Length > destination.Bytes) throw new ArgumentOutOfRangeException(nameof(offset));
        source.CopyTo(new Span<byte>((byte*)destination.Address + offset, source.Length));
    }

    /// <inheritdoc cref="IBackend.Download"/>
    public void Download(DeviceBuffer source, long offset, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (offset < 0 || offset + destination.Length > source.Bytes) throw new ArgumentOutOfRangeException(nameof(offset));
        new ReadOnlySpan<byte>((byte*)source.Address + offset, destination.Length).CopyTo(destination);
    }

    /// <summary>Returns the pool to the operating system; buffers still handed out follow when they are freed.</summary>
    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        foreach (Stack<HostBuffer> stack in free.Values)
            foreach (HostBuffer buffer in stack) buffer.Dispose();
        free.Clear();
        Close();
        GC.SuppressFinalize(this);
    }

    /// <summary>Stops what else the backend holds, such as worker threads.</summary>
    protected virtual void Close() { }

    // Sizes in steps of an eighth of a power of two: at most 12.5 % waste, and batches of similar length share buffers.
    private static long BucketOf(long bytes)
    {
        if (bytes <= 512) return 512;
        long step = 1L << (61 - System.Numerics.BitOperations.LeadingZeroCount((ulong)(bytes - 1)) - 1);
        return (bytes + step - 1) / step * step;
    }

    private sealed class HostBuffer : DeviceBuffer, IDisposable
    {
        private nint address;

        public HostBuffer(long bytes) : base(bytes)
        {
            bool huge = bytes >= HugePages.Size;
            address = (nint)NativeMemory.AlignedAlloc((nuint)bytes + 64, huge ? (nuint)HugePages.Size : 64);
            if (huge) HugePages.Advise(address, bytes);
        }

        ~HostBuffer() => Dispose();

        public override nint Address => address;

        public void Dispose()
        {
            nint released = Interlocked.Exchange(ref address, 0);
            if (released != 0) NativeMemory.AlignedFree((void*)released);
            GC.SuppressFinalize(this);
        }
    }
}
