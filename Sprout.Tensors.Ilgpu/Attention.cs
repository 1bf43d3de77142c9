// Attention over packed sequences.
using ILGPU;
using Sprout.Tensors.Ilgpu.Kernels;

namespace Sprout.Tensors.Ilgpu;

public sealed partial class IlgpuBackend
{
    /// <inheritdoc/>
    public void AttentionForward(
        Tensor q, Tensor k, Tensor v, IntTensor queryOffsets, IntTensor keyOffsets, int heads, Dropout dropout, Tensor? logSumExp, Tensor context)
    {
        if (q.Count == 0) return;
        AttentionSize size = SizeOf(q, k, keyOffsets, heads) with { KeepLogSumExp = Flag(logSumExp) };
        var offsets = new SequenceOffsets(View(queryOffsets), View(keyOffsets));
        launcher.Run(
            AttentionKernels.Forward, Tiles(size.Queries, heads),
            View(q), View(k), View(v), offsets, new DropoutPlace(dropout), ViewOrNothing(logSumExp), View(context), size);
    }

    /// <inheritdoc/>
    public void AttentionBackward(
        Tensor q, Tensor k, Tensor v, Tensor context, Tensor logSumExp, Tensor dcontext, IntTensor queryOffsets, IntTensor keyOffsets,
        int heads, Dropout dropout, Tensor dq, Tensor dk, Tensor dv)
    {
        if (k.Count == 0) return;
        AttentionSize size = SizeOf(q, k, keyOffsets, heads);
        var offsets = new SequenceOffsets(View(queryOffsets), View(keyOffsets));
        var place = new DropoutPlace(dropout);
        using Tensor delta = Tensor.Rent(this, logSumExp.Shape);
        if (q.Count > 0)
        {
            launcher.Run(AttentionBackwardKernels.Delta, Elements(delta.Count), View(context), View(dcontext), View(delta), size);
            launcher.Run(
                AttentionBackwardKernels.Queries, Tiles(size.Queries, heads),
                View(q), View(k), View(v), View(dcontext), View(logSumExp), View(delta), offsets, place, View(dq), size);
        }

        launcher.Run(
            AttentionBackwardKernels.Keys, Tiles(size.Tokens, heads),
            View(q), View(k), View(v), View(dcontext), View(logSumExp), View(delta), offsets, place, View(dk), View(dv), size);
    }

    private static AttentionSize SizeOf(Tensor q, Tensor k, IntTensor keyOffsets, int heads) =>
        new() { Queries = q.Shape.Rows, Tokens = k.Shape.Rows, Sequences = keyOffsets.Length - 1, Heads = heads, Hidden = q.Shape.Columns };

    private static KernelConfig Tiles(int rows, int heads) =>
        new(new Index3D(Divided(rows, AttentionTiles.Tile), heads, 1), new Index3D(AttentionTiles.Lanes, 1, 1));
}
