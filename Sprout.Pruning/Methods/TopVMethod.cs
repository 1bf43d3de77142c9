// What the methods that keep the best scores have in common.
using Sprout.Tensors;

namespace Sprout.Pruning.Methods;

/// <summary>
/// M = Top_v(S) (Sanh et al. 2020, section 2): keeps exactly int(v·n) of the n scores, of each matrix or of all together, anew every step. v follows the
/// cubic schedule from the initial to the final density.
/// </summary>
public abstract class TopVMethod : PruningMethod
{
    /// <summary>A method with its options.</summary>
    /// <exception cref="OptionException">There is no final density.</exception>
    protected TopVMethod(PruningOptions options) : base(options)
    {
        OptionName method = new(nameof(Options.Method)), density = new(nameof(Options.Density));
        Density = Options.Density
            ?? throw OptionException.Of($"{method} {Options.Method} needs {density}, the share of weights kept at the end, such as 0.1.");
    }

    /// <summary>The final density.</summary>
    protected double Density { get; }

    /// <summary>The number of scores kept: int(v·n) in double arithmetic, truncated.</summary>
    /// <param name="density">v.</param>
    /// <param name="count">n.</param>
    public static long Keep(double density, long count) => (long)(density * count);

    /// <inheritdoc/>
    public override void ComputeMasks(IReadOnlyList<MaskedMatrix> matrices, PruningStep step)
    {
        ArgumentNullException.ThrowIfNull(matrices);
        double density = step.Value(Options.InitialDensity, Density);
        if (Options.Scope == PruningScope.Global)
        {
            Select(matrices, density);
            return;
        }

        foreach (MaskedMatrix matrix in matrices) Select([matrix], density);
    }

    private static void Select(IReadOnlyList<MaskedMatrix> matrices, double density)
    {
        long count = matrices.Sum(matrix => matrix.Scores.Shape.Count);
        long keep = Keep(density, count);
        if (keep == count)
        {
            foreach (MaskedMatrix matrix in matrices) matrix.KeepAll();
            return;
        }

        Tensor[] scores = [.. matrices.Select(matrix => matrix.Scores.Value)];
        scores[0].Backend.TopV(scores, keep, [.. matrices.Select(matrix => matrix.BlockBits)]);
        foreach (MaskedMatrix matrix in matrices) matrix.UseBlockBits(keptBlocks: matrices.Count == 1 ? keep : null);
    }
}
