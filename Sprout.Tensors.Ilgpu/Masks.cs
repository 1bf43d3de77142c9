// Masks, blocks and gates.
using Sprout.Tensors.Ilgpu.Kernels;

namespace Sprout.Tensors.Ilgpu;

public sealed partial class IlgpuBackend
{
    // From this size of a block on, a group adds it up instead of a thread.
    private const int LargeBlock = 64;

    /// <inheritdoc/>
    public void ApplyMask(Tensor x, Mask mask, Tensor y)
    {
        ArgumentNullException.ThrowIfNull(mask);
        if (x.Count == 0) return;
        if (mask.Bits is not null) launcher.Run(MaskKernels.ApplyMask<BitMask>, Elements(x.Count), View(x), View(mask.Bits), View(x), View(y), (int)x.Count);
        else launcher.Run(MaskKernels.ApplyMask<GateMask>, Elements(x.Count), View(x), View(nothing), View(mask.Gates!), View(y), (int)x.Count);
    }

    /// <inheritdoc/>
    public void ExpandBits(IntTensor blockBits, Shape matrix, int blockRows, int blockColumns, IntTensor bits)
    {
        if (matrix.Count > 0) launcher.Run(MaskKernels.ExpandBits, Elements(Divided(matrix.Count, 32)), View(blockBits), Grid(matrix, blockRows, blockColumns), View(bits), (int)matrix.Count);
    }

    /// <inheritdoc/>
    public void ExpandBlocks(Tensor blocks, int blockRows, int blockColumns, Tensor y)
    {
        if (y.Count > 0) launcher.Run(MaskKernels.ExpandBlocks, Elements(y.Count), View(blocks), Grid(y.Shape, blockRows, blockColumns), View(y), (int)y.Count);
    }

    /// <inheritdoc/>
    public void BlockSum(Tensor x, Tensor? y, int blockRows, int blockColumns, Tensor blocks)
    {
        if (blocks.Count == 0) return;
        BlockGrid grid = Grid(x.Shape, blockRows, blockColumns);
        if (blockRows * blockColumns < LargeBlock) launcher.Run(MaskKernels.BlockSum, Elements(blocks.Count), View(x), ViewOrNothing(y), Flag(y), grid, View(blocks), (int)blocks.Count);
        else launcher.Run(MaskKernels.LargeBlockSum, Rows((int)blocks.Count, blockRows * blockColumns), View(x), ViewOrNothing(y), Flag(y), grid, View(blocks));
    }

    /// <inheritdoc/>
    public void HardConcrete(Tensor scores, Dropout? noise, Tensor gates)
    {
        if (scores.Count == 0) return;
        if (noise is Dropout place) launcher.Run(MaskKernels.NoisyGates, Elements(scores.Count), View(scores), new DropoutPlace(place), View(gates), (int)scores.Count);
        else launcher.Run(MaskKernels.Gates, Elements(scores.Count), View(scores), View(gates), (int)scores.Count);
    }

    /// <inheritdoc/>
    public void HardConcreteBackward(Tensor scores, Dropout noise, Tensor dgates, Tensor dscores)
    {
        if (scores.Count > 0) launcher.Run(MaskKernels.GatesBackward, Elements(scores.Count), View(scores), new DropoutPlace(noise), View(dgates), View(dscores), (int)scores.Count);
    }

    /// <inheritdoc/>
    public void SigmoidPenalty(Tensor scores, float shift, float scale, Tensor value, int index, Tensor? dscores)
    {
        Sum<SigmoidOf>(scores, scores, shift, value, index, scale: 1f, accumulate: false);
        if (dscores is not null && scores.Count > 0) launcher.Run(MaskKernels.SigmoidPenaltyGradient, Elements(scores.Count), View(scores), shift, scale, View(dscores), (int)scores.Count);
    }

    private static BlockGrid Grid(Shape matrix, int blockRows, int blockColumns) => new() { Columns = matrix.Columns, BlockRows = blockRows, BlockColumns = blockColumns };
}
