// AdamW in one pass over weight and moments, for masked weights over the scores and their moments too; the norms of gradients.
using System.Runtime.CompilerServices;

namespace Sprout.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend<V>
{
    /// <inheritdoc/>
    public void SumOfSquares(Tensor x, Tensor results, int index) => results.Pointer[index] = (float)SumOver(x.Count, new SquareTerm(x.Pointer));

    /// <inheritdoc/>
    public void MaskedSumOfSquares(Tensor gradient, Mask? mask, Tensor w, Tensor? scoreGradient, Tensor results, int index, int scoreIndex)
    {
        var both = new MaskedGradient(gradient.Pointer, mask, w.Pointer, PointerOf(scoreGradient));
        results.Pointer[index] = (float)SumOver(w.Count, new WeightSquare(both));
        results.Pointer[scoreIndex] = (float)SumOver(w.Count, new ScoreSquare(both));
    }

    /// <inheritdoc/>
    public void AdamW(Tensor gradient, in AdamWStep step, Tensor w, Tensor m, Tensor v) =>
        ForEach(w.Count, new AdamWKernel(gradient.Pointer, new Moments(step, w.Pointer, m.Pointer, v.Pointer)));

    /// <inheritdoc/>
    public void MaskedAdamW(
        Tensor gradient, Mask? mask, Tensor? scoreGradient, in AdamWStep step, Tensor w, Tensor m, Tensor v,
        in AdamWStep scoreStep, Tensor scores, Tensor scoreM, Tensor scoreV) =>
        ForEach(w.Count, new MaskedAdamWKernel(
            new MaskedGradient(gradient.Pointer, mask, w.Pointer, PointerOf(scoreGradient)),
            new Moments(step, w.Pointer, m.Pointer, v.Pointer),
            new Moments(scoreStep, scores.Pointer, scoreM.Pointer, scoreV.Pointer)));

    /// <summary>One parameter with its moments, and the scalars of its update.</summary>
    private readonly struct Moments(in AdamWStep step, float* w, float* m, float* v)
    {
        private readonly float gradientScale = step.GradientScale;
        private readonly float beta1 = step.Beta1;
        private readonly float beta2 = step.Beta2;
        private readonly float epsilon = step.Epsilon;
        private readonly float decay = (float)(1 - ((double)step.Rate * step.WeightDecay));
        private readonly float rate = (float)(step.Rate / step.Correction1);
        private readonly float rootScale = (float)(1 / Math.Sqrt(step.Correction2));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update(V gradient, long i, int lanes)
        {
            V g = gradient * V.Broadcast(gradientScale);
            V first = V.MultiplyAdd(V.Broadcast(1 - beta1), g, V.Broadcast(beta1) * Read(m + i, lanes));
            V second = V.MultiplyAdd(V.Broadcast(1 - beta2) * g, g, V.Broadcast(beta2) * Read(v + i, lanes));
            V denominator = V.MultiplyAdd(V.Sqrt(second), V.Broadcast(rootScale), V.Broadcast(epsilon));
            V weight = Read(w + i, lanes) * V.Broadcast(decay);
            Write(weight - (V.Broadcast(rate) * (first / denominator)), w + i, lanes);
            Write(first, m + i, lanes);
            Write(second, v + i, lanes);
        }
    }

    /// <summary>The two gradients that follow from that of the masked weight.</summary>
    private readonly struct MaskedGradient(float* gradient, Mask? mask, float* w, float* scoreGradient)
    {
        private readonly uint* bits = mask is null ? null : (uint*)mask.Bits!.Pointer;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V OfWeight(long i, int lanes)
        {
            V g = Read(gradient + i, lanes);
            return bits == null ? g : V.KeepBits(g, bits[i >> 5] >> (int)(i & 31));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V OfScore(long i, int lanes)
        {
            V product = Read(gradient + i, lanes) * Read(w + i, lanes);
            return scoreGradient == null ? product : Read(scoreGradient + i, lanes) + product;
        }
    }

    private readonly struct AdamWKernel(float* gradient, Moments moments) : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step(long i, int lanes) => moments.Update(Read(gradient + i, lanes), i, lanes);
    }

    private readonly struct MaskedAdamWKernel(MaskedGradient gradient, Moments weight, Moments scores) : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step(long i, int lanes)
        {
            scores.Update(gradient.OfScore(i, lanes), i, lanes);
            weight.Update(gradient.OfWeight(i, lanes), i, lanes);
        }
    }

    private readonly struct SquareTerm(float* x) : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Step(long i, int lanes)
        {
            V value = Read(x + i, lanes);
            return value * value;
        }
    }

    private readonly struct WeightSquare(MaskedGradient gradient) : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Step(long i, int lanes)
        {
            V g = gradient.OfWeight(i, lanes);
            return g * g;
        }
    }

    private readonly struct ScoreSquare(MaskedGradient gradient) : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Step(long i, int lanes)
        {
            V g = gradient.OfScore(i, lanes);
            return g * g;
        }
    }
}
