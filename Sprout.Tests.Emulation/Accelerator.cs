// A device that is this processor: the part of ILGPU's runtime that Sprout.Tensors.Ilgpu uses.
using System.Runtime.InteropServices;
using Sprout.Tests.Emulation;

namespace ILGPU.Runtime;

/// <summary>An error of the device.</summary>
public sealed class AcceleratorException : Exception
{
    public AcceleratorException(string message) : base(message) { }

    public AcceleratorException(string message, Exception inner) : base(message, inner) { }

    public AcceleratorException() { }
}

/// <summary>The emulated device: launches return when the kernel is done.</summary>
public class Accelerator(int laneOrder) : IDisposable
{
    private readonly LaneOrder order = new(laneOrder);

    public string Name => "emulated";

    public int MaxNumThreadsPerGroup => 256;

    public int NumMultiprocessors => 3;

    /// <summary>Whether every download comes with a wrong bit.</summary>
    internal bool IsBroken { get; init; }

    /// <summary>Counts what a test may ask about.</summary>
    internal DeviceTraffic Traffic { get; } = new();

    public virtual AcceleratorStream CreateStream() => new(this);

    public MemoryBuffer1D<T, Stride1D.Dense> Allocate1D<T>(long length) where T : unmanaged
    {
        Traffic.Allocations++;
        return new MemoryBuffer1D<T, Stride1D.Dense>(length);
    }

    public PageLockedArray1D<T> AllocatePageLocked1D<T>(int length) where T : unmanaged => new(length);

    public void Dispose() => GC.SuppressFinalize(this);

    internal void Launch(KernelConfig config, Action kernel)
    {
        Traffic.Launches++;
        if (config.Grid.Size < 1 || config.Group.Size is < 1 or > 256)
            throw new AcceleratorException($"A launch of {config.Grid} groups of {config.Group} threads.");
        for (int i = 0; i < config.Grid.Size; i++)
        {
            using var run = new GroupRun(config, order);
            run.Execute(new Index3D(i % config.Grid.X, i / config.Grid.X % config.Grid.Y, i / config.Grid.X / config.Grid.Y), kernel);
        }
    }
}

/// <summary>A queue, always empty.</summary>
public class AcceleratorStream(Accelerator accelerator) : IDisposable
{
    internal DeviceTraffic Traffic => accelerator.Traffic;

    internal bool IsBroken => accelerator.IsBroken;

    public void Synchronize() => Traffic.Waits++;

    public void Dispose() => GC.SuppressFinalize(this);
}

/// <summary>Distances between elements.</summary>
public static class Stride1D
{
    /// <summary>Neighbours.</summary>
    public readonly record struct Dense;
}

/// <summary>Memory of the device.</summary>
public sealed unsafe class MemoryBuffer1D<T, TStride>(long length) : IDisposable where T : unmanaged where TStride : struct
{
    private readonly nint memory = (nint)NativeMemory.AlignedAlloc((nuint)(length * sizeof(T)), 256);

    public long Length => length;

    public ArrayView1D<T, TStride> View => new(new ArrayView<T>((T*)memory, length));

    public void Dispose() => NativeMemory.AlignedFree((void*)memory);
}

/// <summary>A view with a stride.</summary>
public readonly record struct ArrayView1D<T, TStride>(ArrayView<T> BaseView) where T : unmanaged where TStride : struct;

/// <summary>Memory that a device can read while the host goes on.</summary>
public sealed class PageLockedArray1D<T>(int length) : IDisposable where T : unmanaged
{
    private readonly T[] elements = new T[length];

    public Span<T> Span => elements;

    public ref T this[int index] => ref elements[index];

    public void Dispose() { }
}

/// <summary>Copies between host and device.</summary>
public static class ArrayViewExtensions
{
    public static void CopyFromCPUUnsafeAsync<T>(this ArrayView<T> target, AcceleratorStream stream, ref T source, long length) where T : unmanaged
    {
        stream.Traffic.CopiesIn++;
        MemoryMarshal.CreateReadOnlySpan(ref source, checked((int)length)).CopyTo(target.Span);
    }

    public static void CopyToCPU<T>(this ArrayView<T> source, AcceleratorStream stream, Span<T> target) where T : unmanaged
    {
        stream.Traffic.CopiesOut++;
        source.Span.CopyTo(target);
        if (stream.IsBroken) MemoryMarshal.AsBytes(target)[^1] ^= 0x40;
    }
}
