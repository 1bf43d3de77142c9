// AdamW in one pass over weight and moments.
using System.Runtime.CompilerServices;

namespace Sprout.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend<V>
{
    /// <inheritdoc/>
    public void AdamW(Tensor gradient, in AdamWStep step, Tensor w, Tensor m, Tensor v) =>
        ForEach(w.Count, new AdamWKernel(gradient.Pointer, step, w.Pointer, m.Pointer, v.Pointer));

    private readonly struct AdamWKernel(float* gradient, in AdamWStep step, float* w, float* m, float* v) : IElementwise
    {
        private readonly float gradientScale = step.GradientScale;
        private readonly float beta1 = step.Beta1;
        private readonly float beta2 = step.Beta2;
        private readonly float epsilon = step.Epsilon;
        private readonly float decay = (float)(1 - ((double)step.Rate * step.WeightDecay));
        private readonly float rate = (float)(step.Rate / step.Correction1);
        private readonly float rootScale = (float)(1 / Math.Sqrt(step.Correction2));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step(long i, int lanes)
        {
            V g = Read(gradient + i, lanes) * V.Broadcast(gradientScale);
            V first = V.MultiplyAdd(V.Broadcast(1 - beta1), g, V.Broadcast(beta1) * Read(m + i, lanes));
            V second = V.MultiplyAdd(V.Broadcast(1 - beta2) * g, g, V.Broadcast(beta2) * Read(v + i, lanes));
            V denominator = V.MultiplyAdd(V.Sqrt(second), V.Broadcast(rootScale), V.Broadcast(epsilon));
            V weight = Read(w + i, lanes) * V.Broadcast(decay);
            Write(weight - (V.Broadcast(rate) * (first / denominator)), w + i, lanes);
            Write(first, m + i, lanes);
            Write(second, v + i, lanes);
        }
    }
}
