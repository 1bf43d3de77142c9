// A block of memory on one device.
namespace Sprout.Tensors;

/// <summary>A block of memory on one device, handed out and taken back by its <see cref="IBackend"/>.</summary>
public abstract class DeviceBuffer : IDisposable
{
    /// <summary>A block of the given size in bytes.</summary>
    protected DeviceBuffer(long bytes) => Bytes = bytes;

    /// <summary>The usable size in bytes; pools may hand out more than was asked for.</summary>
    public long Bytes { get; }

    /// <summary>What its pool counts it as while it is handed out: the size that was asked for.</summary>
    internal long CountedBytes { get; set; }

    /// <summary>The address when the processor can reach the memory directly, otherwise 0.</summary>
    public virtual nint Address => 0;

    /// <summary>Returns the memory to the device; pools do it, whoever rents memory gives it back to its backend instead.</summary>
    public abstract void Dispose();
}
