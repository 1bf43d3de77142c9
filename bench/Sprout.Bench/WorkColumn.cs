// The columns "rate" (GFLOP/s or GB/s) and "share" (of the FMA peak or the memory bandwidth that this run measures).
using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Parameters;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using Sprout.Tensors;
using Sprout.Tensors.Cpu;

namespace Sprout.Bench;

/// <summary>The work of a benchmark ÷ its median time, or what share of the machine's limit that is.</summary>
public sealed class WorkColumn(bool share) : IColumn
{
    private static readonly Dictionary<int, DevicePeak> peaks = [];

    public string Id => share ? "Sprout.Share" : "Sprout.Rate";

    public string ColumnName => share ? "Share" : "Rate";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => share ? 1 : 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend =>
        share ? "Rate ÷ FMA peak or memory bandwidth, measured in this run on as many threads" : "Floating-point operations or bytes a second";

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public bool IsAvailable(Summary summary) => true;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        if (summary[benchmarkCase]?.ResultStatistics is not { } statistics || Instance(benchmarkCase) is not ICounted counted) return "";
        Work work = counted.WorkOf(benchmarkCase.Descriptor.WorkloadMethod.Name);
        if (work.Amount == 0) return "";
        double rate = work.Amount / statistics.Median * 1e9;
        if (!share) return string.Create(CultureInfo.InvariantCulture, $"{rate / 1e9:G3} {(work.Limit == Limit.MultiplyAdds ? "GFLOP/s" : "GB/s")}");
        return work.Limit == Limit.Text ? "" : string.Create(CultureInfo.InvariantCulture, $"{rate / Most(work.Limit, counted.Threads) * 100:F0} %");
    }

    private static double Most(Limit limit, int threads)
    {
        if (!peaks.TryGetValue(threads, out DevicePeak peak))
        {
            using IBackend backend = CpuBackend.Open(threads);
            peaks[threads] = peak = backend.MeasurePeak();
        }

        return limit == Limit.Memory ? peak.Memory : peak.MultiplyAdds;
    }

    private static object? Instance(BenchmarkCase benchmarkCase)
    {
        Type type = benchmarkCase.Descriptor.Type;
        object? instance = Activator.CreateInstance(type);
        foreach (ParameterInstance parameter in benchmarkCase.Parameters.Items) type.GetProperty(parameter.Name)?.SetValue(instance, parameter.Value);
        return instance;
    }
}
