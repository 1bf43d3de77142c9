// The most that this machine's processor can do, measured: what benchmarks are a share of.
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend<V>
{
    private const int PeakSteps = 20_000, PeakChains = 12, PeakCopies = 5, PeakFloats = 1 << 25;

    // Long enough for a processor to reach its frequency under load.
    private static readonly TimeSpan PeakDuration = TimeSpan.FromMilliseconds(150);

    /// <inheritdoc/>
    /// <remarks>Arithmetic: multiply-adds in registers on all threads at once. Memory: a copy of 128 MB. Of both, the best of some short runs.</remarks>
    public DevicePeak MeasurePeak() => new(OnThreads(Threads, BestRate), CopyRate());

    private double CopyRate()
    {
        using Tensor x = Tensor.Zeros(this, new Shape(PeakFloats)), y = Tensor.Zeros(this, new Shape(PeakFloats));
        double best = 0;
        for (int i = 0; i < PeakCopies; i++)
        {
            long start = Stopwatch.GetTimestamp();
            Copy(x, y);
            best = Math.Max(best, 2.0 * sizeof(float) * x.Count / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }

    private static double OnThreads(int threads, Func<double> rate)
    {
        var rates = new double[Math.Max(threads, 1)];
        var others = new Thread[rates.Length - 1];
        for (int i = 0; i < others.Length; i++)
        {
            int own = i + 1;
            others[i] = new Thread(() => rates[own] = rate());
            others[i].Start();
        }

        rates[0] = rate();
        foreach (Thread thread in others) thread.Join();
        return rates.Sum();
    }

    private static double BestRate()
    {
        double best = 0;
        for (long begin = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begin) < PeakDuration;)
        {
            long start = Stopwatch.GetTimestamp();
            float sum = Chain();
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            // The sum is finite; that it is looked at keeps the chains from being optimised away.
            if (float.IsFinite(sum)) best = Math.Max(best, 2.0 * PeakSteps * PeakChains * V.Lanes / seconds);
        }

        return best;
    }

    // Twelve chains hide the latency of every processor's multiply-add.
    [MethodImpl(Jit.Kernel)]
    private static float Chain()
    {
        V x = V.Broadcast(0.5f);
        V s0 = x, s1 = x, s2 = x, s3 = x, s4 = x, s5 = x, s6 = x, s7 = x, s8 = x, s9 = x, s10 = x, s11 = x;
        for (int i = 0; i < PeakSteps; i++)
        {
            s0 = V.MultiplyAdd(s0, x, x);
            s1 = V.MultiplyAdd(s1, x, x);
            s2 = V.MultiplyAdd(s2, x, x);
            s3 = V.MultiplyAdd(s3, x, x);
            s4 = V.MultiplyAdd(s4, x, x);
            s5 = V.MultiplyAdd(s5, x, x);
            s6 = V.MultiplyAdd(s6, x, x);
            s7 = V.MultiplyAdd(s7, x, x);
            s8 = V.MultiplyAdd(s8, x, x);
            s9 = V.MultiplyAdd(s9, x, x);
            s10 = V.MultiplyAdd(s10, x, x);
            s11 = V.MultiplyAdd(s11, x, x);
        }

        return V.Sum(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11);
    }
}
