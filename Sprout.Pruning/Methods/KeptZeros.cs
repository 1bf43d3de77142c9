// Training a pruned model without filling it.
using Sprout.Tensors;

namespace Sprout.Pruning.Methods;

/// <summary>
/// M = [W₀ ≠ 0], with W₀ the weights at the start: what was pruned before stays 0, and nothing else is. The scores are Σ |W₀| over what each stands
/// for, and do not change. Chosen by <see cref="PruningOptions.KeepZeros"/>.
/// </summary>
public sealed class KeptZeros : PruningMethod
{
    /// <summary>The method with its options.</summary>
    public KeptZeros(PruningOptions options) : base(options) { }

    /// <inheritdoc/>
    public override string Name => "keep-zeros";

    /// <inheritdoc/>
    public override bool LearnsScores => false;

    /// <inheritdoc/>
    public override bool RemovesWeights => false;

    /// <inheritdoc/>
    public override bool FollowsSchedule => false;

    /// <inheritdoc/>
    public override void InitializeScores(PrunedGroup group, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(group);
        group.SumWeights(group.Scores.Value);
    }

    /// <inheritdoc/>
    public override void ComputeMasks(IReadOnlyList<PrunedGroup> groups, PruningStep step)
    {
        ArgumentNullException.ThrowIfNull(groups);
        foreach (PrunedGroup group in groups)
        {
            Tensor scores = group.Scores.Value;
            scores.Backend.Threshold(scores, 0f, 0, group.Bits);
            group.UseBits();
        }
    }
}
