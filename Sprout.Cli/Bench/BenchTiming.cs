// The timings of one benchmark and what follows from them.
using System.Diagnostics;
using System.Text.Json.Nodes;
using Sprout.Tensors;

namespace Sprout.Cli.Bench;

/// <summary>The work of a repetition.</summary>
/// <param name="Flops">Multiplications and additions; 0 when it only reads.</param>
/// <param name="Tokens">Tokens; 0 where there are none.</param>
/// <param name="Sequences">Sequences; 0 where there are none.</param>
internal readonly record struct BenchWork(double Flops, long Tokens, int Sequences);

/// <summary>The seconds of each repetition, with the work of each.</summary>
internal sealed class BenchTiming
{
    private readonly List<(double Seconds, BenchWork Work)> repetitions = [];

    /// <summary>The most memory that this process has had resident, in MiB.</summary>
    public static double PeakMebibytes() => Process.GetCurrentProcess().PeakWorkingSet64 / (double)(1 << 20);

    /// <summary>Adds one repetition.</summary>
    /// <param name="seconds">Its time.</param>
    /// <param name="work">Its work.</param>
    public void Add(double seconds, BenchWork work) => repetitions.Add((seconds, work));

    /// <summary>The median of the times.</summary>
    public double Median => MedianOf(repetitions.Select(one => one.Seconds));

    /// <summary>Tokens a second: the mean of a repetition over the median time; null where there are none.</summary>
    public double? TokensPerSecond => Rate(work => work.Tokens);

    /// <summary>Sequences a second, likewise.</summary>
    public double? SequencesPerSecond => Rate(work => work.Sequences);

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
        double? rate = Rate(work => work.Flops);
        return new JsonObject
        {
            ["mode"] = mode,
            ["median_s"] = Median,
            ["min_s"] = repetitions.Min(one => one.Seconds),
            ["tokens_per_s"] = TokensPerSecond,
            ["sequences_per_s"] = SequencesPerSecond,
            ["gflops"] = rate / 1e9,
            ["peak_fraction"] = rate is null ? null : rate / backend.MeasurePeak().MultiplyAdds,
            ["peak_rss_mb"] = memory,
            ["threads"] = threads,
            ["isa"] = backend.InstructionSet,
            ["parameters"] = parameters,
            ["encoder_parameters"] = encoderParameters,
            ["density"] = density,
        };
    }

    private double? Rate(Func<BenchWork, double> amount) =>
        repetitions.Average(one => amount(one.Work)) is > 0 and double mean ? mean / Median : null;
}
