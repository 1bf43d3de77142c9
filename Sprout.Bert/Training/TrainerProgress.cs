// What a running job reports.
using System.Globalization;

namespace Sprout.Bert.Training;

/// <summary>Where a run stands, reported after every step and every batch of an evaluation.</summary>
/// <param name="Stage">"train", "eval" or "teacher".</param>
/// <param name="Step">Steps (stage train) or batches done.</param>
/// <param name="TotalSteps">Steps or batches in all.</param>
/// <param name="Epoch">Epochs done, with fraction.</param>
/// <param name="Loss">Mean loss since the last log entry; NaN outside training.</param>
/// <param name="Metric">The latest evaluation, as in "accuracy 88.0"; null before the first.</param>
/// <param name="Density">Share of prunable weights kept; 1 without pruning.</param>
/// <param name="TokensPerSecond">Tokens that went through the model each second of this stage.</param>
/// <param name="Done">
/// Share of the work that is done, 0 to 1: of the whole run's, evaluations included; of a teacher's stage or of an evaluation alone, of that.
/// </param>
/// <param name="Remaining">Estimated time to the end of the same work.</param>
public sealed record TrainerProgress(
    string Stage, int Step, int TotalSteps, double Epoch, double Loss, string? Metric, double Density, double TokensPerSecond, double Done,
    TimeSpan Remaining)
{
    /// <summary>The stage of training steps.</summary>
    public const string Training = "train";

    /// <summary>The stage of evaluations.</summary>
    public const string Evaluation = "eval";

    /// <summary>Stage and step, as in "train 120/300".</summary>
    public string Place => string.Create(CultureInfo.InvariantCulture, $"{Stage} {Step}/{TotalSteps}");

    /// <summary>Epochs done, as in "epoch 0.40"; null outside training.</summary>
    public string? EpochText => Stage == Training ? string.Create(CultureInfo.InvariantCulture, $"epoch {Epoch:0.00}") : null;

    /// <summary>The loss, as in "loss 0.6931"; null outside training.</summary>
    public string? LossText => Stage == Training ? string.Create(CultureInfo.InvariantCulture, $"loss {Loss:0.0000}") : null;

    /// <summary>What is kept, as in "density 50.0 %"; null when all is.</summary>
    public string? DensityText => Density < 1 ? string.Create(CultureInfo.InvariantCulture, $"density {100 * Density:0.0} %") : null;

    /// <summary>All of that and the metric, in the order in which they are shown.</summary>
    public IEnumerable<string> Facts => ((string?[])[Place, EpochText, LossText, Metric, DensityText]).OfType<string>();
}
