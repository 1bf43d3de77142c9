// Magnitude pruning.
using Sprout.Tensors;

namespace Sprout.Pruning.Methods;

/// <summary>
/// Magnitude pruning (Han et al. 2015 with the gradual schedule of Zhu and Gupta 2017): S = |W|, the mean |W| of what a score stands for, from
/// the present weights in every step. A masked weight has no gradient but may return when others shrink.
/// </summary>
public sealed class Magnitude : TopVMethod
{
    /// <summary>The method with its options.</summary>
    /// <exception cref="OptionException">There is no final density, or scores are given although the weights decide.</exception>
    public Magnitude(PruningOptions options) : base(options)
    {
        if (Options.InitScores is not string file) return;
        OptionName scores = new(nameof(Options.InitScores)), method = new(nameof(Options.Method));
        throw OptionException.Of($"{scores} {file} has no use with {method} {Name}, whose scores are the absolute weights.");
    }

    /// <inheritdoc/>
    public override string Name => "magnitude";

    /// <inheritdoc/>
    public override bool LearnsScores => false;

    /// <inheritdoc/>
    public override bool RanksUnits => true;

    /// <inheritdoc/>
    public override void InitializeScores(PrunedGroup group, ulong seed) => ScoreWeights(group);

    /// <inheritdoc/>
    public override void ComputeMasks(IReadOnlyList<PrunedGroup> groups, PruningStep step)
    {
        ArgumentNullException.ThrowIfNull(groups);
        foreach (PrunedGroup group in groups) ScoreWeights(group);
        base.ComputeMasks(groups, step);
    }

    private static void ScoreWeights(PrunedGroup group)
    {
        Tensor scores = group.Scores.Value;
        IBackend backend = scores.Backend;
        if (group.ScoreSize == 1)
        {
            group.SumWeights(scores);
            return;
        }

        using Tensor sums = Tensor.Rent(backend, scores.Shape);
        group.SumWeights(sums);
        backend.Fill(scores, 0f);
        backend.AddScaled(sums, 1f / group.ScoreSize, scores);
    }
}
