// One line that says how far a job is.
using System.Globalization;
using Sprout.Bert.Training;

namespace Sprout.Cli.Shell;

/// <summary>
/// Lays a report of progress out in a width. Where there is no room for all, the least important goes first: speed, epoch, density, metric, loss, bar,
/// step; the time left goes last.
/// </summary>
internal static class ProgressLine
{
    private const int LeastBar = 5, WidestBar = 20;
    // Of characters that are one column wide on every terminal, also one of East Asia.
    private const string Between = ", ";

    /// <summary>A line of at most so many columns, with a bar.</summary>
    public static string Render(TrainerProgress value, int width)
    {
        string left = TimeLeft(value.Remaining);
        // The same in every line of a run, so that only its filling moves.
        int bar = Math.Clamp(width / 8, LeastBar, WidestBar);
        // In the order in which they leave.
        string?[] byWorth = [Speed(value), value.EpochText, value.DensityText, value.Metric, value.LossText];
        for (int gone = 0; gone <= byWorth.Length; gone++)
        {
            string text = Join(Between, value, byWorth[..gone], left);
            if (bar + 1 + text.Length <= width) return $"{Bar(value.Done, bar)} {text}";
        }

        string place = value.Place + Between + left;
        return place.Length <= width ? place : left.Length <= width ? left : left[..Math.Max(0, width)];
    }

    /// <summary>A line of any length, without a bar.</summary>
    public static string Plain(TrainerProgress value) => Join(" · ", value, [], TimeLeft(value.Remaining));

    private static string Join(string between, TrainerProgress value, string?[] without, string left) =>
        string.Join(between, [.. value.Facts.Append(Speed(value)).Except(without), left]);

    private static string Speed(TrainerProgress value) => string.Create(CultureInfo.InvariantCulture, $"{value.TokensPerSecond:0} tokens/s");

    // Hours go on beyond a day.
    private static string TimeLeft(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours:00}:{time.Minutes:00}:{time.Seconds:00} left");

    private static string Bar(double done, int width)
    {
        int full = (int)(done * (width - 2));
        return $"[{new string('#', full)}{new string('.', width - 2 - full)}]";
    }
}
