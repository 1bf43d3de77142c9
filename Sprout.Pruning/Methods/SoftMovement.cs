// Soft movement pruning.
using Sprout.Tensors;

namespace Sprout.Pruning.Methods;

/// <summary>
/// Soft movement pruning (Sanh et al. 2020, section 3, as its authors' program has it): M = [σ(S) > τ] with τ on the cubic schedule from 0, but at least the
/// int(0.005·n) + 1 best of a group's n scores; straight-through gradients; penalty λ·r(t) · mean of σ(S) with r the cubic ramp from 0 to 1.
/// </summary>
public sealed class SoftMovement : PruningMethod
{
    private const double Floor = 0.005;

    /// <summary>The method with its options.</summary>
    /// <exception cref="OptionException">The scope is global.</exception>
    public SoftMovement(PruningOptions options) : base(options) => RequireLocalScope();

    /// <inheritdoc/>
    public override bool KeepsAll => Options is { Lambda: 0, InitScores: null };

    /// <inheritdoc/>
    public override string Name => "soft-movement";

    /// <inheritdoc/>
    public override double? ReportedThreshold => Options.Threshold;

    /// <summary>The smallest number of scores that a group keeps: int(0.005·n) + 1.</summary>
    /// <param name="count">n.</param>
    public static long MinimumKept(long count) => (long)(Floor * count) + 1;

    /// <inheritdoc/>
    public override void ComputeMasks(IReadOnlyList<PrunedGroup> groups, PruningStep step)
    {
        ArgumentNullException.ThrowIfNull(groups);
        double threshold = step.Value(0, Options.Threshold);
        foreach (PrunedGroup group in groups)
        {
            if (threshold == 0)
            {
                // Every sigmoid is above 0.
                group.KeepAll();
                continue;
            }

            Tensor scores = group.Scores.Value;
            scores.Backend.Threshold(scores, ScoreThreshold(threshold), MinimumKept(scores.Count), group.Bits);
            group.UseBits();
        }
    }

    /// <inheritdoc/>
    public override double AddPenalty(IReadOnlyList<PrunedGroup> groups, PruningStep step) =>
        AddSigmoidPenalty(groups, step.Value(0, Options.Lambda), shift: 0);

    /// <summary>The float c for which S > c is σ(S) > τ for every float S: ln(τ / (1 − τ)), rounded down so that no score between the two is lost.</summary>
    /// <param name="threshold">τ in (0, 1).</param>
    public static float ScoreThreshold(double threshold)
    {
        double exact = Math.Log(threshold / (1 - threshold));
        float rounded = (float)exact;
        return rounded > exact ? MathF.BitDecrement(rounded) : rounded;
    }
}
