// Shows how far a job is.
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Sprout.Bert.Training;

namespace Sprout.Cli.Shell;

/// <summary>One live line on a person's screen, otherwise a plain line every few seconds and at the end of each stage.</summary>
internal sealed class ProgressDisplay : IProgress<TrainerProgress>
{
    private static readonly TimeSpan LiveInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);

    private readonly Terminal terminal;
    private long last;
    private string stage = "";

    /// <summary>A display on a terminal.</summary>
    public ProgressDisplay(Terminal terminal) => this.terminal = terminal;

    /// <inheritdoc/>
    public void Report(TrainerProgress value)
    {
        bool finished = value.Step == value.TotalSteps, starts = value.Stage != stage;
        if (!finished && !starts && Stopwatch.GetElapsedTime(last) < (terminal.IsInteractive ? LiveInterval : PlainInterval)) return;
        last = Stopwatch.GetTimestamp();
        stage = value.Stage;
        string line = Format(value);
        if (!terminal.IsInteractive)
        {
            terminal.Log(line);
            return;
        }

        terminal.LogWriter.Write('\r' + Fit(line));
        if (finished) terminal.LogWriter.WriteLine();
    }

    /// <summary>One line: stage, step, loss, metric, density, speed, time left.</summary>
    public static string Format(TrainerProgress value)
    {
        var line = new StringBuilder();
        line.Append(CultureInfo.InvariantCulture, $"{value.Stage} {value.Step}/{value.TotalSteps}");
        if (value.Stage == "train") line.Append(CultureInfo.InvariantCulture, $" · epoch {value.Epoch:0.00} · loss {value.Loss:0.0000}");
        if (value.Metric is not null) line.Append(CultureInfo.InvariantCulture, $" · {value.Metric}");
        if (value.Density < 1) line.Append(CultureInfo.InvariantCulture, $" · density {100 * value.Density:0.0} %");
        line.Append(CultureInfo.InvariantCulture, $" · {value.TokensPerSecond:0} tokens/s · {value.Remaining:hh\\:mm\\:ss} left");
        return line.ToString();
    }

    private static string Fit(string line)
    {
        int width = Math.Max(20, Console.WindowWidth - 1);
        return line.Length > width ? line[..width] : line.PadRight(width);
    }
}
