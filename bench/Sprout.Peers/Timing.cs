// The timings of a run, and its line.
using System.Diagnostics;
using System.Text.Json;

namespace Sprout.Peers;

/// <summary>The seconds of each repetition.</summary>
internal sealed class Timing
{
    private readonly List<double> seconds = [];

    /// <summary>Runs and times an action; the first repetitions are not counted.</summary>
    /// <param name="arguments">How many repetitions.</param>
    /// <param name="action">Receives the number of the repetition, from 0.</param>
    public static Timing Of(Arguments arguments, Action<int> action)
    {
        var timing = new Timing();
        for (int i = 0; i < arguments.Warmup + arguments.Repeat; i++)
        {
            long start = Stopwatch.GetTimestamp();
            action(i);
            if (i >= arguments.Warmup) timing.seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return timing;
    }

    /// <summary>Prints the line that bench/compare reads.</summary>
    /// <param name="mode">What was timed.</param>
    /// <param name="calls">Calls of a repetition.</param>
    /// <param name="more">What else there is to say.</param>
    public void Print(string mode, int calls, params IEnumerable<(string Name, object? Value)> more)
    {
        double[] sorted = [.. seconds.Order()];
        var line = new Dictionary<string, object?>
        {
            ["mode"] = mode,
            ["median_s"] = (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2 / calls,
            ["min_s"] = sorted[0] / calls,
            ["mean_s"] = sorted.Average() / calls,
            ["peak_rss_mb"] = Process.GetCurrentProcess().PeakWorkingSet64 / (double)(1 << 20),
        };
        foreach ((string name, object? value) in more) line[name] = value;
        Console.WriteLine(JsonSerializer.Serialize(line));
    }
}
