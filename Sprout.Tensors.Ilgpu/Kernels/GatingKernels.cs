using ILGPU;
using Sprout.Tensors.Ops;
using Sprout.Tensors.Random;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>Device side of the gates of L0, and of the penalty on how many are open.</summary>
internal static class GatingKernels
{
    // β, γ and ζ of Louizos et al. 2018.
    private const float Beta = 2f / 3f, Gamma = -0.1f, Zeta = 1.1f;

    /// <summary>Gates in training: noise is drawn.</summary>
    public static void NoisyGates(ArrayView<float> scores, DropoutPlace noise, ArrayView<float> gates, int count)
    {
        for (int i = Threads.Index; i < count; i += Threads.Count) gates[i] = Clamp(Stretch(NoisySigmoid(scores[i], noise, i)));
    }

    /// <summary>Gates in evaluation.</summary>
    public static void Gates(ArrayView<float> scores, ArrayView<float> gates, int count)
    {
        for (int i = Threads.Index; i < count; i += Threads.Count) gates[i] = Clamp(Stretch(Sigmoid.Forward(new Lane(scores[i])).Value));
    }

    public static void GatesBackward(ArrayView<float> scores, DropoutPlace noise, ArrayView<float> dgates, ArrayView<float> dscores, int count)
    {
        for (int i = Threads.Index; i < count; i += Threads.Count)
        {
            float s = NoisySigmoid(scores[i], noise, i), z = Stretch(s);
            dscores[i] = z >= 0f && z <= 1f ? dgates[i] * ((Zeta - Gamma) / Beta) * s * (1f - s) : 0f;
        }
    }

    /// <summary>dscores += scale · σ'(S − shift).</summary>
    public static void SigmoidPenaltyGradient(ArrayView<float> scores, float shift, float scale, ArrayView<float> dscores, int count)
    {
        for (int i = Threads.Index; i < count; i += Threads.Count)
        {
            float s = Sigmoid.Forward(new Lane(scores[i] - shift)).Value;
            dscores[i] += scale * s * (1f - s);
        }
    }

    private static float NoisySigmoid(float score, DropoutPlace noise, int element)
    {
        float u = noise.IsActive ? 0.0001f + (0.9998f * Philox.Uniform(noise.Word((ulong)element / 4, element & 3))) : 0.5f;
        float logit = Log.Forward(new Lane(u)).Value - Log.Forward(new Lane(1f - u)).Value;
        return Sigmoid.Forward(new Lane((logit + score) / Beta)).Value;
    }

    private static float Stretch(float s) => (s * (Zeta - Gamma)) + Gamma;

    private static float Clamp(float z) => z < 0f ? 0f : z > 1f ? 1f : z;
}
