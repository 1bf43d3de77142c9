// Attention over packed sequences.
using ILGPU;
using Sprout.Tensors.Ilgpu.Kernels;

namespace Sprout.Tensors.Ilgpu;

public sealed partial class IlgpuBackend
{
    /// <inheritdoc/>
    public void AttentionForward(Tensor q, Tensor k, Tensor v, IntTensor offsets, int heads, Dropout dropout, Tensor? logSumExp, Tensor context)
    {
        if (q.Count == 0) return;
        AttentionSize size = SizeOf(q, offsets, heads) with { KeepLogSumExp = Flag(logSumExp) };
        launcher.Run(AttentionKernels.Forward, TilesOf(size), View(q), View(k), View(v), View(offsets), new DropoutPlace(dropout), ViewOrNothing(logSumExp), View(context), size);
    }

    /// <inheritdoc/>
    public void AttentionBackward(Tensor q, Tensor k, Tensor v, Tensor context, Tensor logSumExp, Tensor dcontext, IntTensor offsets, int heads, Dropout dropout, Tensor dq, Tensor dk, Tensor dv)
    {
        if (q.Count == 0) return;
        AttentionSize size = SizeOf(q, offsets, heads);
        var place = new DropoutPlace(dropout);
        using Tensor delta = Tensor.Rent(this, logSumExp.Shape);
        launcher.Run(AttentionBackwardKernels.Delta, Elements(delta.Count), View(context), View(dcontext), View(delta), size);
        launcher.Run(
            AttentionBackwardKernels.Queries, TilesOf(size), View(q), View(k), View(v), View(dcontext), View(logSumExp), View(delta), View(offsets), place, View(dq), size);
        launcher.Run(
            AttentionBackwardKernels.Keys, TilesOf(size), View(q), View(k), View(v), View(dcontext), View(logSumExp), View(delta), View(offsets), place, View(dk), View(dv), size);
    }

    private static AttentionSize SizeOf(Tensor q, IntTensor offsets, int heads) =>
        new() { Tokens = q.Shape.Rows, Sequences = offsets.Length - 1, Heads = heads, Hidden = q.Shape.Columns };

    private static KernelConfig TilesOf(AttentionSize size) =>
        new(new Index3D(Divided(size.Tokens, AttentionTiles.Tile), size.Heads, 1), new Index3D(AttentionTiles.Lanes, 1, 1));
}
