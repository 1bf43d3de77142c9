// The optimiser step and the norms of gradients.
using ILGPU;
using Sprout.Tensors.Ilgpu.Kernels;

namespace Sprout.Tensors.Ilgpu;

public sealed partial class IlgpuBackend
{
    /// <inheritdoc/>
    public void SumOfSquares(Tensor x, Tensor results, int index) => Sum<Square>(x, x, 0f, results, index, scale: 1f, accumulate: false);

    /// <inheritdoc/>
    public void MaskedSumOfSquares(Tensor gradient, Mask? mask, Tensor w, Tensor? scoreGradient, Tensor results, int index, int scoreIndex)
    {
        int pieces = Divided(w.Count, SumKernels.Piece);
        using Tensor sums = Tensor.Rent(this, new Shape(pieces)), scoreSums = Tensor.Rent(this, new Shape(pieces));
        if (pieces > 0)
        {
            launcher.Run(
                mask is null ? AdamWKernels.MaskedSquares<NoMask> : AdamWKernels.MaskedSquares<BitMask>, new KernelConfig(pieces, lanes),
                View(gradient), ViewOrNothing(mask?.Bits), View(w), ViewOrNothing(scoreGradient), Flag(scoreGradient), View(sums), View(scoreSums), CountOf(w));
        }

        Total(sums, results, index, scale: 1f, accumulate: false);
        Total(scoreSums, results, scoreIndex, scale: 1f, accumulate: false);
    }

    /// <inheritdoc/>
    public void AdamW(Tensor gradient, in AdamWStep step, Tensor w, Tensor m, Tensor v)
    {
        if (w.Count > 0) launcher.Run(AdamWKernels.AdamW, Elements(w.Count), View(gradient), new AdamWScalars(step), Group(w, m, v), CountOf(w));
    }

    /// <inheritdoc/>
    public void MaskedAdamW(
        Tensor gradient, Mask? mask, Tensor? scoreGradient, in AdamWStep step, Tensor w, Tensor m, Tensor v,
        in AdamWStep scoreStep, Tensor scores, Tensor scoreM, Tensor scoreV)
    {
        if (w.Count == 0) return;
        launcher.Run(
            mask is null ? AdamWKernels.MaskedAdamW<NoMask> : AdamWKernels.MaskedAdamW<BitMask>, Elements(w.Count),
            View(gradient), ViewOrNothing(mask?.Bits), ViewOrNothing(scoreGradient), Flag(scoreGradient),
            new AdamWScalars(step), Group(w, m, v), new AdamWScalars(scoreStep), Group(scores, scoreM, scoreV), CountOf(w));
    }

    private static AdamWTensors Group(Tensor w, Tensor m, Tensor v) => new() { W = View(w), M = View(m), V = View(v) };
}
