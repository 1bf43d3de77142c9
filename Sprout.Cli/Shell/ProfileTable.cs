// The table of --profile.
using System.Globalization;
using Spectre.Console;
using Sprout.Tensors.Devices;

namespace Sprout.Cli.Shell;

/// <summary>
/// Prints where the time went: calls, seconds and share of each kernel, with its rate of arithmetic or memory as a share of what the machine can do.
/// </summary>
internal static class ProfileTable
{
    private static readonly string[] Columns = ["operation", "calls", "seconds", "share", "GFLOP/s", "of peak", "GB/s", "of peak"];

    /// <summary>Writes the table, the most expensive kernel first, and what was spent outside kernels. Measures the peaks of the device first.</summary>
    public static void Write(TextWriter writer, ProfiledBackend backend)
    {
        double seconds = backend.Elapsed.TotalSeconds;
        IReadOnlyList<OperationTime> times = backend.Times;
        (double arithmetic, double memory) = backend.MeasurePeak();
        var table = new Table { Border = TableBorder.Simple };
        foreach (string column in Columns) table.AddColumn(new TableColumn(column) { Alignment = column == Columns[0] ? Justify.Left : Justify.Right });
        foreach (OperationTime time in times)
        {
            (double flops, double bytes) = (time.Flops / time.Seconds, time.Bytes / time.Seconds);
            bool computes = time.Flops > 0;
            table.AddRow(
                time.Name, time.Calls.ToString(CultureInfo.InvariantCulture), Format($"{time.Seconds:0.000}"), Percent(time.Seconds / seconds),
                computes ? Format($"{flops / 1e9:0}") : "", computes ? Percent(flops / arithmetic) : "",
                Format($"{bytes / 1e9:0.0}"), computes ? "" : Percent(bytes / memory));
        }

        double outside = seconds - times.Sum(time => time.Seconds), all = times.Sum(time => time.Flops) / seconds;
        table.AddRow("outside kernels", "", Format($"{outside:0.000}"), Percent(outside / seconds), "", "", "", "");
        table.AddRow("all", "", Format($"{seconds:0.000}"), "", Format($"{all / 1e9:0}"), Percent(all / arithmetic), "", "");
        Tables.Write(writer, table);
        writer.WriteLine(
            Format($"Peaks measured on {backend.Name}: {arithmetic / 1e9:0} GFLOP/s, {memory / 1e9:0} GB/s; ")
            + "a kernel whose data stays in the caches can exceed the latter.");
    }

    private static string Percent(double share) => Format($"{100 * share:0.0} %");

    private static string Format(FormattableString text) => FormattableString.Invariant(text);
}
