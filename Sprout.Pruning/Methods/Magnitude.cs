// Magnitude pruning.
using Sprout.Tensors;

namespace Sprout.Pruning.Methods;

/// <summary>
/// Magnitude pruning (Han et al. 2015 with the gradual schedule of Zhu and Gupta 2017): S = |W|, a block's mean |W|, from the present weights in every step. A
/// masked weight has no gradient but may return when others shrink.
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
    public override void InitializeScores(MaskedMatrix matrix, ulong seed) => ScoreWeights(matrix);

    /// <inheritdoc/>
    public override void ComputeMasks(IReadOnlyList<MaskedMatrix> matrices, PruningStep step)
    {
        ArgumentNullException.ThrowIfNull(matrices);
        foreach (MaskedMatrix matrix in matrices) ScoreWeights(matrix);
        base.ComputeMasks(matrices, step);
    }

    private static void ScoreWeights(MaskedMatrix matrix)
    {
        Tensor weight = matrix.Layer.Weight.Value, scores = matrix.Scores.Value;
        IBackend backend = weight.Backend;
        BlockShape block = matrix.Block;
        if (block == BlockShape.Entry)
        {
            backend.BlockSum(weight, null, 1, 1, scores);
            return;
        }

        using Tensor sums = Tensor.Rent(backend, scores.Shape);
        backend.BlockSum(weight, null, block.Rows, block.Columns, sums);
        backend.Fill(scores, 0f);
        backend.AddScaled(sums, 1f / block.Count, scores);
    }
}
