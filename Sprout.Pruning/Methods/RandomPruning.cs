// Random pruning, the baseline.
using Sprout.Tensors;

namespace Sprout.Pruning.Methods;

/// <summary>Random pruning: scores uniform in (0, 1) from the seed, never trained, so that the schedule only ever removes more of the same.</summary>
public sealed class RandomPruning : TopVMethod
{
    /// <summary>The method with its options.</summary>
    /// <exception cref="OptionException">There is no final density.</exception>
    public RandomPruning(PruningOptions options) : base(options) { }

    /// <inheritdoc/>
    public override string Name => "random";

    /// <inheritdoc/>
    public override bool LearnsScores => false;

    /// <inheritdoc/>
    public override void InitializeScores(PrunedGroup group, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(group);
        group.FillUniform(seed, 0, 1);
    }
}
