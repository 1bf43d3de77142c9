using ILGPU;
using ILGPU.Runtime;

namespace Sprout.Tensors.Ilgpu;

/// <summary>A block of memory on an ILGPU device.</summary>
internal sealed class IlgpuBuffer(MemoryBuffer1D<byte, Stride1D.Dense> memory) : DeviceBuffer(memory.Length)
{
    /// <summary>A part of the memory, as kernels and copies take it.</summary>
    public ArrayView<byte> View(long offset, long bytes) => memory.View.BaseView.SubView(offset, bytes);

    /// <inheritdoc/>
    public override void Dispose() => memory.Dispose();
}
