// The table of train --profile.
using Spectre.Console;
using Sprout.Tensors;

namespace Sprout.Cli;

/// <summary>Prints where a run's time went: calls, seconds and share of each kernel, with its rate of arithmetic or memory.</summary>
public static class ProfileTable
{
    /// <summary>Writes the table, the most expensive kernel first, and what was spent outside kernels.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="times">What the backend measured.</param>
    /// <param name="seconds">The whole time.</param>
    public static void Write(Terminal terminal, IReadOnlyList<OperationTime> times, double seconds)
    {
        ArgumentNullException.ThrowIfNull(times);
        var table = new Table { Border = TableBorder.Simple };
        foreach (string column in new[] { "operation", "calls", "seconds", "share", "GFLOP/s", "GB/s" })
            table.AddColumn(new TableColumn(column) { Alignment = column == "operation" ? Justify.Left : Justify.Right });
        foreach (OperationTime time in times)
        {
            table.AddRow(
                time.Name,
                time.Calls.ToString(System.Globalization.CultureInfo.InvariantCulture),
                FormattableString.Invariant($"{time.Seconds:0.000}"),
                FormattableString.Invariant($"{100 * time.Seconds / seconds:0.0} %"),
                time.Flops > 0 ? FormattableString.Invariant($"{time.Flops / time.Seconds / 1e9:0}") : "",
                FormattableString.Invariant($"{time.Bytes / time.Seconds / 1e9:0.0}"));
        }

        double outside = seconds - times.Sum(time => time.Seconds);
        table.AddRow("outside kernels", "", FormattableString.Invariant($"{outside:0.000}"), FormattableString.Invariant($"{100 * outside / seconds:0.0} %"), "", "");
        Tables.Write(terminal, table);
    }
}
