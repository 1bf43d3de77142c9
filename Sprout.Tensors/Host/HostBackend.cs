// Memory of backends that run on the processor.
using System.Runtime.InteropServices;

namespace Sprout.Tensors.Host;

/// <summary>What all processor backends share: pooled native memory aligned to 64 bytes, and copies.</summary>
public abstract unsafe class HostBackend : IDisposable
{
    private readonly BufferPool pool = new(bytes => new HostBuffer(bytes));
    private bool disposed;

    /// <inheritdoc cref="IBackend.LiveBytes"/>
    public long LiveBytes => pool.LiveBytes;

    /// <inheritdoc cref="IBackend.PeakBytes"/>
    public long PeakBytes => pool.PeakBytes;

    /// <inheritdoc cref="IBackend.Allocate"/>
    public DeviceBuffer Allocate(long bytes) => pool.Rent(bytes);

    /// <inheritdoc cref="IBackend.Free"/>
    public void Free(DeviceBuffer buffer) => pool.Return(buffer);

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

    /// <inheritdoc cref="IBackend.Synchronize"/>
    public void Synchronize() { }

    /// <summary>Returns the pool to the operating system; buffers still handed out follow when they are freed.</summary>
    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        pool.Dispose();
        Close();
        GC.SuppressFinalize(this);
    }

    /// <summary>Stops what else the backend holds, such as worker threads.</summary>
    protected virtual void Close() { }

    private sealed class HostBuffer : DeviceBuffer
    {
        private nint address;

        public HostBuffer(long bytes) : base(bytes)
        {
            bool huge = bytes >= MemoryAdvice.HugePage;
            address = (nint)NativeMemory.AlignedAlloc((nuint)bytes + 64, huge ? (nuint)MemoryAdvice.HugePage : 64);
            if (huge) MemoryAdvice.UseHugePages(address, bytes);
        }

        ~HostBuffer() => Dispose();

        public override nint Address => address;

        public override void Dispose()
        {
            nint released = Interlocked.Exchange(ref address, 0);
            if (released != 0) NativeMemory.AlignedFree((void*)released);
            GC.SuppressFinalize(this);
        }
    }
}
