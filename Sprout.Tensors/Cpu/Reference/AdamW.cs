// The optimiser step, plainly.
namespace Sprout.Tensors.Cpu.Reference;

public sealed unsafe partial class ReferenceBackend
{
    /// <inheritdoc/>
    public void AdamW(Tensor gradient, in AdamWStep step, Tensor w, Tensor m, Tensor v)
    {
        for (long i = 0; i < w.Count; i++)
        {
            double g = (double)step.GradientScale * gradient.Pointer[i];
            double first = (step.Beta1 * (double)m.Pointer[i]) + ((1 - (double)step.Beta1) * g);
            double second = (step.Beta2 * (double)v.Pointer[i]) + ((1 - (double)step.Beta2) * g * g);
            double direction = first / step.Correction1 / (Math.Sqrt(second / step.Correction2) + step.Epsilon);
            double weight = w.Pointer[i];
            w.Pointer[i] = (float)(weight - (step.Rate * (double)step.WeightDecay * weight) - (step.Rate * direction));
            m.Pointer[i] = (float)first;
            v.Pointer[i] = (float)second;
        }
    }
}
