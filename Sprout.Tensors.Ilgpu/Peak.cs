// What the device can do, measured.
using System.Diagnostics;
using ILGPU;
using Sprout.Tensors.Ilgpu.Kernels;

namespace Sprout.Tensors.Ilgpu;

public sealed partial class IlgpuBackend
{
    private const int PeakRuns = 5, PeakSteps = 4096, PeakElements = 1 << 24;

    /// <inheritdoc/>
    public DevicePeak MeasurePeak()
    {
        int groups = 16 * Math.Max(accelerator.NumMultiprocessors, 1);
        using Tensor sums = Tensor.Rent(this, new Shape(groups * lanes)), x = Tensor.Zeros(this, new Shape(PeakElements));
        using Tensor y = Tensor.Zeros(this, new Shape(PeakElements));
        double arithmetic = Rate(
            2.0 * PeakKernels.Chains * PeakSteps * sums.Count,
            () => launcher.Run(PeakKernels.MultiplyAdds, new KernelConfig(groups, lanes), View(sums), PeakSteps));
        return new DevicePeak(arithmetic, Rate(2.0 * sizeof(float) * PeakElements, () => Copy(x, y)));
    }

    // The best of some runs; the first one compiles.
    private double Rate(double work, Action run)
    {
        double best = 0;
        for (int i = 0; i <= PeakRuns; i++)
        {
            Synchronize();
            long start = Stopwatch.GetTimestamp();
            run();
            Synchronize();
            if (i > 0) best = Math.Max(best, work / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }
}
