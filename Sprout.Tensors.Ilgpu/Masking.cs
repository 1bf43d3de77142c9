// Masks: counted, spread from blocks to entries, applied; sums of blocks.
using ILGPU;
using Sprout.Tensors.Ilgpu.Kernels;

namespace Sprout.Tensors.Ilgpu;

public sealed partial class IlgpuBackend
{
    // From this size of a block on, a group adds it up instead of a thread.
    private const int LargeBlock = 64;

    /// <inheritdoc/>
    public long CountBits(IntTensor bits, long count)
    {
        using IntTensor result = IntTensor.Rent(this, 1);
        launcher.Run(MaskingKernels.CountBits, new KernelConfig(1, lanes), View(bits), View(result), CountOf(count));
        return result.ToArray()[0];
    }

    /// <inheritdoc/>
    public void ExpandBits(IntTensor blockBits, Shape matrix, int blockRows, int blockColumns, IntTensor bits)
    {
        if (matrix.Count > 0)
            launcher.Run(
                MaskingKernels.ExpandBits, Elements(Divided(matrix.Count, 32)), View(blockBits), Grid(matrix, blockRows, blockColumns), View(bits),
                CountOf(matrix.Count));
    }

    /// <inheritdoc/>
    public void ExpandBlocks(Tensor blocks, int blockRows, int blockColumns, Tensor y)
    {
        if (y.Count > 0)
            launcher.Run(MaskingKernels.ExpandBlocks, Elements(y.Count), View(blocks), Grid(y.Shape, blockRows, blockColumns), View(y), CountOf(y));
    }

    /// <inheritdoc/>
    public void BlockSum(Tensor x, Tensor? y, int blockRows, int blockColumns, Tensor blocks)
    {
        if (blocks.Count == 0) return;
        BlockGrid grid = Grid(x.Shape, blockRows, blockColumns);
        if (blockRows * blockColumns < LargeBlock)
            launcher.Run(MaskingKernels.BlockSum, Elements(blocks.Count), View(x), ViewOrNothing(y), Flag(y), grid, View(blocks), CountOf(blocks));
        else
            launcher.Run(MaskingKernels.LargeBlockSum, Rows(CountOf(blocks), blockRows * blockColumns), View(x), ViewOrNothing(y), Flag(y), grid, View(blocks));
    }

    /// <inheritdoc/>
    public void ApplyMask(Tensor x, Mask mask, Tensor y)
    {
        ArgumentNullException.ThrowIfNull(mask);
        if (x.Count == 0) return;
        if (mask.Bits is not null) launcher.Run(MaskingKernels.ApplyMask<BitMask>, Elements(x.Count), View(x), View(mask.Bits), View(x), View(y), CountOf(x));
        else launcher.Run(MaskingKernels.ApplyMask<GateMask>, Elements(x.Count), View(x), View(nothing), View(mask.Gates!), View(y), CountOf(x));
    }

    private static BlockGrid Grid(Shape matrix, int blockRows, int blockColumns) =>
        new() { Columns = matrix.Columns, BlockRows = blockRows, BlockColumns = blockColumns };
}
