// How fast a run is and how long it will take.
using System.Diagnostics;

namespace Sprout.Bert.Training;

/// <summary>
/// Keeps the time of a run over all its sessions, and tells where it stands. Steps and batches of evaluations have a cost each, measured in this session; until
/// a batch has been timed, its sequences count a third of those of a step, which goes back and updates too.
/// </summary>
internal sealed class TrainingClock
{
    private const double ForwardShare = 1.0 / 3;

    private readonly long start = Stopwatch.GetTimestamp();
    private readonly TrainerState state;
    private readonly TrainingOptions options;
    private readonly int totalSteps, stepsPerEpoch, evalBatches, stepsBefore;
    private readonly double secondsBefore;
    // Of this session; what evaluations take is not the steps'.
    private double evalSeconds;
    private int batchesTimed;

    /// <summary>A session begins.</summary>
    /// <param name="state">The run's.</param>
    /// <param name="options">The run's.</param>
    /// <param name="examples">Training examples.</param>
    /// <param name="evalBatches">Batches of an evaluation.</param>
    public TrainingClock(TrainerState state, TrainingOptions options, int examples, int evalBatches)
    {
        this.state = state;
        this.options = options;
        this.evalBatches = evalBatches;
        totalSteps = options.TotalSteps(examples);
        stepsPerEpoch = options.StepsPerEpoch(examples);
        (stepsBefore, secondsBefore) = (state.GlobalStep, state.Seconds);
    }

    private double Seconds => Stopwatch.GetElapsedTime(start).TotalSeconds;

    private double StepSeconds => (Seconds - evalSeconds) / Math.Max(1, state.GlobalStep - stepsBefore);

    private double BatchSeconds => batchesTimed > 0 ? evalSeconds / batchesTimed : StepSeconds * ForwardShare * options.EvalBatchSize / options.StepSize;

    /// <summary>A step is done.</summary>
    public void Tick() => state.Seconds = secondsBefore + Seconds;

    /// <summary>Where the run stands after a step, whose evaluation, if one is due, is still to come.</summary>
    /// <param name="epoch">Epochs done.</param>
    /// <param name="metric">The latest evaluation, or null.</param>
    /// <param name="density">Share of prunable weights kept.</param>
    /// <param name="tokens">Tokens of this session.</param>
    public TrainerProgress Progress(double epoch, string? metric, double density, long tokens)
    {
        (double done, TimeSpan left) = Work(0);
        return new TrainerProgress(
            TrainerProgress.Training, state.GlobalStep, totalSteps, epoch, state.RecentLoss, metric, density, tokens / (Seconds - evalSeconds), done, left);
    }

    /// <summary>Reports of an evaluation, as parts of the run.</summary>
    /// <param name="progress">Receives them; null: nobody does.</param>
    public IProgress<TrainerProgress> Evaluation(IProgress<TrainerProgress>? progress) => new EvaluationProgress(this, progress);

    // The share of the run's work that is done, and the time of what is not.
    private (double Done, TimeSpan Left) Work(int batchesOfThis)
    {
        int evaluations = EvaluationsFrom(state.GlobalStep);
        double all = (totalSteps * StepSeconds) + ((double)EvaluationsFrom(1) * evalBatches * BatchSeconds);
        double left = ((totalSteps - state.GlobalStep) * StepSeconds) + ((((double)evaluations * evalBatches) - batchesOfThis) * BatchSeconds);
        return (all > 0 ? Math.Clamp(1 - (left / all), 0, 1) : 1, TimeSpan.FromSeconds(Math.Max(0, left)));
    }

    // Those of this step and of later ones; the last step has one in any case.
    private int EvaluationsFrom(int step)
    {
        int every = options.EvalEvery ?? stepsPerEpoch;
        return every == 0 || step >= totalSteps ? 1 : ((totalSteps - 1) / every) - ((Math.Max(1, step) - 1) / every) + 1;
    }

    private sealed class EvaluationProgress(TrainingClock clock, IProgress<TrainerProgress>? progress) : IProgress<TrainerProgress>
    {
        private long last = Stopwatch.GetTimestamp();
        private int batches;

        public void Report(TrainerProgress value)
        {
            clock.evalSeconds += Stopwatch.GetElapsedTime(last).TotalSeconds;
            last = Stopwatch.GetTimestamp();
            clock.batchesTimed++;
            (double done, TimeSpan left) = clock.Work(++batches);
            progress?.Report(value with { Done = done, Remaining = left });
        }
    }
}
