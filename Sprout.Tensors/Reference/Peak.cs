// How fast the plain loops are.
using System.Diagnostics;

namespace Sprout.Tensors.Reference;

public sealed unsafe partial class ReferenceBackend
{
    private const int PeakFloats = 1 << 22;

    /// <inheritdoc/>
    /// <remarks>What one plain loop of multiply-adds over memory reaches.</remarks>
    public DevicePeak MeasurePeak()
    {
        using Tensor x = Tensor.Zeros(this, new Shape(PeakFloats)), y = Tensor.Zeros(this, new Shape(PeakFloats));
        long start = Stopwatch.GetTimestamp();
        AddScaled(x, 1f, y);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new DevicePeak(2.0 * PeakFloats / seconds, 3.0 * sizeof(float) * PeakFloats / seconds);
    }
}
