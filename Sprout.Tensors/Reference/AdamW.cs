// The optimiser step and the norms of gradients, plainly.
namespace Sprout.Tensors.Reference;

public sealed unsafe partial class ReferenceBackend
{
    /// <inheritdoc/>
    public void SumOfSquares(Tensor x, Tensor results, int index)
    {
        double sum = 0;
        for (long i = 0; i < x.Count; i++) sum += (double)x.Pointer[i] * x.Pointer[i];
        results.Pointer[index] = (float)sum;
    }

    /// <inheritdoc/>
    public void MaskedSumOfSquares(Tensor gradient, Mask? mask, Tensor w, Tensor? scoreGradient, Tensor results, int index, int scoreIndex)
    {
        double sum = 0, scoreSum = 0;
        for (long i = 0; i < w.Count; i++)
        {
            sum += Math.Pow(WeightGradient(gradient, mask, i), 2);
            scoreSum += Math.Pow(ScoreGradient(gradient, w, scoreGradient, i), 2);
        }

        results.Pointer[index] = (float)sum;
        results.Pointer[scoreIndex] = (float)scoreSum;
    }

    /// <inheritdoc/>
    public void AdamW(Tensor gradient, in AdamWStep step, Tensor w, Tensor m, Tensor v)
    {
        for (long i = 0; i < w.Count; i++) Update(gradient.Pointer[i], step, w, m, v, i);
    }

    /// <inheritdoc/>
    public void MaskedAdamW(
        Tensor gradient, Mask? mask, Tensor? scoreGradient, in AdamWStep step, Tensor w, Tensor m, Tensor v,
        in AdamWStep scoreStep, Tensor scores, Tensor scoreM, Tensor scoreV)
    {
        for (long i = 0; i < w.Count; i++)
        {
            Update(ScoreGradient(gradient, w, scoreGradient, i), scoreStep, scores, scoreM, scoreV, i);
            Update(WeightGradient(gradient, mask, i), step, w, m, v, i);
        }
    }

    private static double WeightGradient(Tensor gradient, Mask? mask, long i) => mask is null ? gradient.Pointer[i] : gradient.Pointer[i] * MaskFactor(mask, i);

    private static double ScoreGradient(Tensor gradient, Tensor w, Tensor? scoreGradient, long i) =>
        ((double)gradient.Pointer[i] * w.Pointer[i]) + (scoreGradient is null ? 0 : scoreGradient.Pointer[i]);

    private static void Update(double gradient, in AdamWStep step, Tensor w, Tensor m, Tensor v, long i)
    {
        double g = step.GradientScale * gradient;
        double first = (step.Beta1 * (double)m.Pointer[i]) + ((1 - (double)step.Beta1) * g);
        double second = (step.Beta2 * (double)v.Pointer[i]) + ((1 - (double)step.Beta2) * g * g);
        double direction = first / step.Correction1 / (Math.Sqrt(second / step.Correction2) + step.Epsilon);
        double weight = w.Pointer[i];
        w.Pointer[i] = (float)(weight - (step.Rate * (double)step.WeightDecay * weight) - (step.Rate * direction));
        m.Pointer[i] = (float)first;
        v.Pointer[i] = (float)second;
    }
}
