// What the methods that keep the best scores have in common.
using Sprout.Tensors;

namespace Sprout.Pruning.Methods;

/// <summary>
/// M = Top_v(S) (Sanh et al. 2020, section 2): keeps exactly int(v·n) of the n scores, of each group or of all that stand for equally many weights, anew
/// every step. v follows the cubic schedule from the initial to the final density; where a speed-up is the target, a <see cref="SpeedTarget"/> says how many
/// stay of each group, and the share of the dense pass's time follows the schedule.
/// </summary>
public abstract class TopVMethod : PruningMethod
{
    /// <summary>A method with its options.</summary>
    /// <exception cref="OptionException">There is neither a final density nor a speed-up.</exception>
    protected TopVMethod(PruningOptions options) : base(options)
    {
        OptionName method = new(nameof(Options.Method)), density = new(nameof(Options.Density));
        if (Options is { Density: null, Speedup: null })
            throw OptionException.Of($"{method} {Options.Method} needs {density}, the share of weights kept at the end, such as 0.1.");
        Density = Options.Density ?? 1;
    }

    /// <summary>The final density; 1 where a speed-up is the target.</summary>
    protected double Density { get; }

    /// <summary>The number of scores kept: int(v·n) in double arithmetic, truncated.</summary>
    /// <param name="density">v.</param>
    /// <param name="count">n.</param>
    public static long Keep(double density, long count) => (long)(density * count);

    /// <inheritdoc/>
    public override void ComputeMasks(IReadOnlyList<PrunedGroup> groups, PruningStep step)
    {
        ArgumentNullException.ThrowIfNull(groups);
        if (step.Target is SpeedTarget target)
        {
            int[] kept = target.Allocate(groups, step.Value(1, 1 / target.Speedup));
            foreach ((PrunedGroup group, int keep) in groups.Zip(kept)) Keep([group], keep);
            return;
        }

        double density = step.Value(Options.InitialDensity, Density);
        if (Options.Scope == PruningScope.Local)
        {
            foreach (PrunedGroup group in groups) Select([group], density);
            return;
        }

        // Sums over a head and over a neuron are no measure of each other; and each kind keeping its share, the density counts entries.
        foreach (IGrouping<(int, long), PrunedGroup> equal in groups.GroupBy(group => (group.Matrices.Count, group.ScoreSize))) Select([.. equal], density);
    }

    private static void Select(IReadOnlyList<PrunedGroup> groups, double density) =>
        Keep(groups, Keep(density, groups.Sum(group => group.Scores.Shape.Count)));

    private static void Keep(IReadOnlyList<PrunedGroup> groups, long keep)
    {
        if (keep == groups.Sum(group => group.Scores.Shape.Count))
        {
            foreach (PrunedGroup group in groups) group.KeepAll();
            return;
        }

        Tensor[] scores = [.. groups.Select(group => group.Scores.Value)];
        scores[0].Backend.TopV(scores, keep, [.. groups.Select(group => group.Bits)]);
        foreach (PrunedGroup group in groups) group.UseBits(keptScores: groups.Count == 1 ? keep : null);
    }
}
