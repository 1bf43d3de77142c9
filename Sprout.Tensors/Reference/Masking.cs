// Masks, plainly.
namespace Sprout.Tensors.Reference;

public sealed unsafe partial class ReferenceBackend
{
    /// <inheritdoc/>
    public long CountBits(IntTensor bits, long count)
    {
        long set = 0;
        for (long i = 0; i < count; i++)
            if (GetBit(bits, i)) set++;
        return set;
    }

    /// <inheritdoc/>
    public void ExpandBits(IntTensor blockBits, Shape matrix, int blockRows, int blockColumns, IntTensor bits)
    {
        ClearBits(bits);
        for (long i = 0; i < matrix.Count; i++)
            if (GetBit(blockBits, BlockOf(i, matrix.Columns, blockRows, blockColumns))) SetBit(bits, i);
    }

    /// <inheritdoc/>
    public void ExpandBlocks(Tensor blocks, int blockRows, int blockColumns, Tensor y)
    {
        for (long i = 0; i < y.Count; i++) y.Pointer[i] = blocks.Pointer[BlockOf(i, y.Shape.Columns, blockRows, blockColumns)];
    }

    /// <inheritdoc/>
    public void BlockSum(Tensor x, Tensor? y, int blockRows, int blockColumns, Tensor blocks)
    {
        var sums = new double[blocks.Count];
        for (long i = 0; i < x.Count; i++)
        {
            double term = y is null ? Math.Abs(x.Pointer[i]) : (double)x.Pointer[i] * y.Pointer[i];
            sums[BlockOf(i, x.Shape.Columns, blockRows, blockColumns)] += term;
        }

        for (int i = 0; i < sums.Length; i++) blocks.Pointer[i] = (float)sums[i];
    }

    /// <inheritdoc/>
    public void ApplyMask(Tensor x, Mask mask, Tensor y)
    {
        for (long i = 0; i < x.Count; i++) y.Pointer[i] = (float)(x.Pointer[i] * MaskFactor(mask, i));
    }

    private static long BlockOf(long entry, int columns, int blockRows, int blockColumns) =>
        (entry / columns / blockRows * (columns / blockColumns)) + (entry % columns / blockColumns);
}
