// Training a pruned model without filling it.
using Sprout.Tensors;

namespace Sprout.Pruning.Methods;

/// <summary>
/// M = [W₀ ≠ 0], with W₀ the weights at the start: what was pruned before stays 0, and nothing else is. The scores are |W₀|, summed over a block, and do not
/// change. Chosen by <see cref="PruningOptions.KeepZeros"/>.
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
    public override void InitializeScores(MaskedMatrix matrix, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(matrix);
        matrix.Scores.Backend.BlockSum(matrix.Layer.Weight.Value, null, matrix.Block.Rows, matrix.Block.Columns, matrix.Scores.Value);
    }

    /// <inheritdoc/>
    public override void ComputeMasks(IReadOnlyList<MaskedMatrix> matrices, PruningStep step)
    {
        ArgumentNullException.ThrowIfNull(matrices);
        foreach (MaskedMatrix matrix in matrices)
        {
            Tensor scores = matrix.Scores.Value;
            scores.Backend.Threshold(scores, 0f, 0, matrix.BlockBits);
            matrix.UseBlockBits();
        }
    }
}
