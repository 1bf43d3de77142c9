// Arithmetic for its own sake.
using ILGPU;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>Measures what a device can compute.</summary>
internal static class PeakKernels
{
    /// <summary>Independent chains of a thread, enough to hide the latency of a multiply-add.</summary>
    public const int Chains = 8;

    /// <summary>Steps of every chain; the sum is stored, so that nothing is left out.</summary>
    public static void MultiplyAdds(ArrayView<float> sums, int steps)
    {
        float x = 0.5f + (1e-6f * Threads.Index);
        float s0 = x, s1 = x, s2 = x, s3 = x, s4 = x, s5 = x, s6 = x, s7 = x;
        for (int i = 0; i < steps; i++)
        {
            s0 = (s0 * x) + x;
            s1 = (s1 * x) + x;
            s2 = (s2 * x) + x;
            s3 = (s3 * x) + x;
            s4 = (s4 * x) + x;
            s5 = (s5 * x) + x;
            s6 = (s6 * x) + x;
            s7 = (s7 * x) + x;
        }

        sums[Threads.Index] = s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7;
    }
}
