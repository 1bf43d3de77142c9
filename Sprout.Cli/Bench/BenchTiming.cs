// The timings of one benchmark and what follows from them.
using System.Diagnostics;
using System.Text.Json.Nodes;
using Sprout.Tensors;

namespace Sprout.Cli.Bench;

/// <summary>The seconds of each repetition, with the work of each.</summary>
internal sealed class BenchTiming
{
    private readonly List<(double Seconds, double Flops, double Tokens)> repetitions = [];

    /// <summary>The most memory that this process has had resident, in MiB.</summary>
    public static double PeakMebibytes() => Process.GetCurrentProcess().PeakWorkingSet64 / (double)(1 << 20);

    /// <summary>Adds one repetition.</summary>
    /// <param name="seconds">Its time.</param>
    /// <param name="flops">Its multiplications and additions; 0 when it only reads.</param>
    /// <param name="tokens">Its tokens; 0 where there are none.</param>
    public void Add(double seconds, double flops, double tokens) => repetitions.Add((seconds, flops, tokens));

    /// <summary>The median of the times.</summary>
    public double Median => MedianOf(repetitions.Select(one => one.Seconds));

    /// <summary>The median of some numbers, of which there is at least one.</summary>
    public static double MedianOf(IEnumerable<double> numbers)
    {
        double[] sorted = [.. numbers.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>The report: rates are the mean work of a repetition over the median time, the peak is measured now, in this process.</summary>
    /// <param name="backend">What computed.</param>
    /// <param name="mode">forward, train-step, load or gemm.</param>
    /// <param name="threads">Threads that worked.</param>
    /// <param name="parameters">Weights of the model; null for a product.</param>
    /// <param name="encoderParameters">Those of its encoder layers.</param>
    /// <param name="density">Kept ÷ prunable weights.</param>
    public JsonObject Report(IBackend backend, string mode, int threads, long? parameters, long? encoderParameters, double? density)
    {
        double memory = PeakMebibytes();
        double rate = repetitions.Average(one => one.Flops) / Median, tokens = repetitions.Average(one => one.Tokens) / Median;
        return new JsonObject
        {
            ["mode"] = mode,
            ["median_s"] = Median,
            ["min_s"] = repetitions.Min(one => one.Seconds),
            ["tokens_per_s"] = tokens > 0 ? tokens : null,
            ["gflops"] = rate > 0 ? rate / 1e9 : null,
            ["peak_fraction"] = rate > 0 ? rate / backend.MeasurePeak().MultiplyAdds : null,
            ["peak_rss_mb"] = memory,
            ["threads"] = threads,
            ["isa"] = backend.InstructionSet,
            ["parameters"] = parameters,
            ["encoder_parameters"] = encoderParameters,
            ["density"] = density,
        };
    }
}
