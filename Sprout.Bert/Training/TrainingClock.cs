// How fast a run is and how long it will take.
using System.Diagnostics;

namespace Sprout.Bert.Training;

/// <summary>Keeps the time of a run over all its sessions, and tells where it stands.</summary>
internal sealed class TrainingClock
{
    private readonly long start = Stopwatch.GetTimestamp();
    private readonly TrainerState state;
    private readonly int totalSteps, stepsBefore;
    private readonly double secondsBefore;

    /// <summary>A session begins.</summary>
    public TrainingClock(TrainerState state, int totalSteps)
    {
        this.state = state;
        this.totalSteps = totalSteps;
        (stepsBefore, secondsBefore) = (state.GlobalStep, state.Seconds);
    }

    /// <summary>A step is done.</summary>
    public void Tick() => state.Seconds = secondsBefore + Stopwatch.GetElapsedTime(start).TotalSeconds;

    /// <summary>Where the run stands.</summary>
    /// <param name="epoch">Epochs done.</param>
    /// <param name="metric">The latest evaluation, or null.</param>
    /// <param name="density">Share of prunable weights kept.</param>
    /// <param name="tokens">Tokens of this session.</param>
    public TrainerProgress Progress(double epoch, string? metric, double density, long tokens)
    {
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        TimeSpan left = TimeSpan.FromSeconds(seconds / (state.GlobalStep - stepsBefore) * (totalSteps - state.GlobalStep));
        return new TrainerProgress("train", state.GlobalStep, totalSteps, epoch, state.RecentLoss, metric, density, tokens / seconds, left);
    }
}
