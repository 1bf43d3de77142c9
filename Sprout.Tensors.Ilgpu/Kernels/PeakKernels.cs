using ILGPU;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>Arithmetic for its own sake: measures what a device can compute.</summary>
internal static class PeakKernels
{
    /// <summary>
    /// Independent chains of a thread: enough to hide the latency of a multiply-add, and that the loop's own instructions are few among them.
    /// </summary>
    public const int Chains = 32;

    /// <summary>Steps of every chain; the sum is stored, so that nothing is left out.</summary>
    public static void MultiplyAdds(ArrayView<float> sums, int steps)
    {
        float x = 0.5f + (1e-6f * Threads.Index);
        var start = new Float4(x, x, x, x);
        Float4 s0 = start, s1 = start, s2 = start, s3 = start, s4 = start, s5 = start, s6 = start, s7 = start;
        for (int i = 0; i < steps; i++)
        {
            s0 = Float4.MultiplyAdd(x, s0, start);
            s1 = Float4.MultiplyAdd(x, s1, start);
            s2 = Float4.MultiplyAdd(x, s2, start);
            s3 = Float4.MultiplyAdd(x, s3, start);
            s4 = Float4.MultiplyAdd(x, s4, start);
            s5 = Float4.MultiplyAdd(x, s5, start);
            s6 = Float4.MultiplyAdd(x, s6, start);
            s7 = Float4.MultiplyAdd(x, s7, start);
        }

        Float4 sum = s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7;
        sums[Threads.Index] = sum.X + sum.Y + sum.Z + sum.W;
    }
}
