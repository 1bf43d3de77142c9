// The optimiser step.
using ILGPU;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>An <see cref="AdamWStep"/> as kernels take it: its derived numbers computed on the host, in double.</summary>
internal readonly struct AdamWScalars(AdamWStep step)
{
    private readonly float beta1 = step.Beta1, beta2 = step.Beta2, rest1 = 1f - step.Beta1, rest2 = 1f - step.Beta2;
    private readonly float gradientScale = step.GradientScale, rate = step.Rate, decay = step.Rate * step.WeightDecay, epsilon = step.Epsilon;
    private readonly float correction1 = (float)(1 / step.Correction1), correction2 = (float)(1 / step.Correction2);

    /// <summary>Updates entry i of a weight and its moments.</summary>
    public void Update(float gradient, ArrayView<float> w, ArrayView<float> m, ArrayView<float> v, int i)
    {
        float g = gradientScale * gradient;
        float first = (beta1 * m[i]) + (rest1 * g), second = (beta2 * v[i]) + (rest2 * g * g);
        float direction = first * correction1 / (MathF.Sqrt(second * correction2) + epsilon);
        w[i] = w[i] - (decay * w[i]) - (rate * direction);
        m[i] = first;
        v[i] = second;
    }
}

/// <summary>A weight or its scores with the two moments of its gradient.</summary>
internal struct AdamWTensors
{
    public ArrayView<float> W, M, V;
}

/// <summary>Device side of the optimiser, and of the norms of the gradients that it forms.</summary>
internal static class AdamWKernels
{
    public static void AdamW(ArrayView<float> gradient, AdamWScalars step, AdamWTensors weight, int count)
    {
        for (int i = Threads.Index; i < count; i += Threads.Count) step.Update(gradient[i], weight.W, weight.M, weight.V, i);
    }

    public static void MaskedAdamW<TMask>(
        ArrayView<float> gradient, ArrayView<int> bits, ArrayView<float> scoreGradient, int hasScoreGradient,
        AdamWScalars step, AdamWTensors weight, AdamWScalars scoreStep, AdamWTensors scores, int count) where TMask : struct, IMaskReader
    {
        for (int i = Threads.Index; i < count; i += Threads.Count)
        {
            scoreStep.Update(ScoreGradient(gradient, weight.W, scoreGradient, hasScoreGradient, i), scores.W, scores.M, scores.V, i);
            step.Update(TMask.Apply(gradient[i], bits, gradient, i), weight.W, weight.M, weight.V, i);
        }
    }

    /// <summary>The squares of both gradients, a group a piece; see <see cref="SumKernels"/>.</summary>
    public static void MaskedSquares<TMask>(
        ArrayView<float> gradient, ArrayView<int> bits, ArrayView<float> w, ArrayView<float> scoreGradient, int hasScoreGradient,
        ArrayView<float> sums, ArrayView<float> scoreSums, int count) where TMask : struct, IMaskReader
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(Reduce.MaxLanes);
        int first = Grid.IdxX * SumKernels.Piece, end = first + SumKernels.Piece < count ? first + SumKernels.Piece : count;
        float sum = 0f, scoreSum = 0f;
        for (int i = first + Group.IdxX; i < end; i += Group.DimX)
        {
            float own = TMask.Apply(gradient[i], bits, gradient, i), score = ScoreGradient(gradient, w, scoreGradient, hasScoreGradient, i);
            sum += own * own;
            scoreSum += score * score;
        }

        Reduce.Sum(shared, sum);
        if (Group.IdxX == 0) sums[Grid.IdxX] = shared[0];
        Reduce.Sum(shared, scoreSum);
        if (Group.IdxX == 0) scoreSums[Grid.IdxX] = shared[0];
    }

    private static float ScoreGradient(ArrayView<float> gradient, ArrayView<float> w, ArrayView<float> scoreGradient, int hasScoreGradient, int i)
    {
        float product = gradient[i] * w[i];
        return hasScoreGradient != 0 ? product + scoreGradient[i] : product;
    }
}
