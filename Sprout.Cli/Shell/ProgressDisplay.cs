// Shows how far a job is.
using System.Diagnostics;
using Sprout.Bert.Training;

namespace Sprout.Cli.Shell;

/// <summary>One live line on a person's screen, otherwise a plain line every few seconds and at the end of each stage.</summary>
internal sealed class ProgressDisplay(Terminal terminal) : IProgress<TrainerProgress>
{
    private static readonly TimeSpan LiveInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);

    private long last;
    private string stage = "";

    /// <inheritdoc/>
    public void Report(TrainerProgress value)
    {
        bool finished = value.Step == value.TotalSteps, starts = value.Stage != stage, live = terminal.LogWriter.IsScreen;
        if (!finished && !starts && Stopwatch.GetElapsedTime(last) < (live ? LiveInterval : PlainInterval)) return;
        last = Stopwatch.GetTimestamp();
        stage = value.Stage;
        // The last column stays free: some terminals wrap when it is written.
        if (live) terminal.LogWriter.Redraw(ProgressLine.Render(value, MessageWriter.Columns - 1));
        else terminal.Log(ProgressLine.Plain(value));
        if (live && value.Done >= 1) terminal.LogWriter.EndRedrawn();
    }
}
