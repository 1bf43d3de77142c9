// What a running job reports.
namespace Sprout.Bert.Training;

/// <summary>Where a run stands, reported after every step and evaluation.</summary>
/// <param name="Stage">"train", "eval" or "teacher".</param>
/// <param name="Step">Steps (stage train) or batches done.</param>
/// <param name="TotalSteps">Steps or batches in all.</param>
/// <param name="Epoch">Epochs done, with fraction.</param>
/// <param name="Loss">Mean loss since the last log entry; NaN outside training.</param>
/// <param name="Metric">The latest evaluation, as in "accuracy 88.0"; null before the first.</param>
/// <param name="Density">Share of prunable weights kept; 1 without pruning.</param>
/// <param name="TokensPerSecond">Tokens that went through the model each second of this stage.</param>
/// <param name="Remaining">Estimated time to the end of this stage.</param>
public sealed record TrainerProgress(
    string Stage, int Step, int TotalSteps, double Epoch, double Loss, string? Metric, double Density, double TokensPerSecond, TimeSpan Remaining);
