// A speed-up that pruning must reach.
using Sprout.Pruning.Latency;
using Sprout.Tensors;

namespace Sprout.Pruning;

/// <summary>
/// Decides how many heads and neurons each layer keeps, so that a pass takes no longer than a share of the dense one by a <see cref="LatencyTable"/> and what
/// stays is worth the most. A unit is worth its weights, times the share of all weights whose units have lower scores: its rank, so that it does not matter
/// how far apart scores are. Every layer keeps a head: without any, no token would learn of another.
/// </summary>
public sealed class SpeedTarget
{
    // Of the dense model's heads and neurons. Finer ticks waste less of the budget, and allocating takes their square.
    private const int Ticks = 2048;

    private readonly LatencyTable table;
    private readonly double speedup, tick;
    private readonly UnitAllocation allocation;

    /// <summary>Binds a table to groups.</summary>
    /// <param name="table">Costs.</param>
    /// <param name="speedup">Dense milliseconds ÷ those of the end, above 1.</param>
    /// <param name="groups">The heads of a layer, then its neurons, then those of the next layer; as many as the table's.</param>
    /// <exception cref="OptionException">Even with one head a layer and no neurons the speed-up is not reached.</exception>
    /// <exception cref="ArgumentException">The groups are not those of the table.</exception>
    public SpeedTarget(LatencyTable table, double speedup, IReadOnlyList<PrunedGroup> groups)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(groups);
        (this.table, this.speedup) = (table, speedup);
        if (groups.Count != 2 * table.Layers || !groups.Index().All(group => group.Item.Scores.Shape.Count == UnitsOf(group.Index)))
            throw new ArgumentException($"SpeedTarget: expected the heads and neurons of {table.Layers} layers of {table.Heads} and {table.Neurons}.");
        // Where heads and neurons cost nothing, any tick will do: to lose them does not help.
        tick = table.Dense > table.Rest ? (table.Dense - table.Rest) / Ticks : 1;
        allocation = new UnitAllocation([.. groups.Select((_, i) => TicksOf(i))], [.. groups.Select((_, i) => 1 - (i % 2))]);
        if (BudgetOf(1 / speedup) >= allocation.Least) return;
        OptionName option = new(nameof(PruningOptions.Speedup));
        string greatest = FormattableString.Invariant($"{table.GreatestSpeedup:0.00}");
        throw OptionException.Of(
            $"{option}: expected less than {greatest}, that of one head a layer and no neurons at {table.Batch} × {table.Length} tokens, found {speedup}.");
    }

    /// <summary>The speed-up that is asked for.</summary>
    public double Speedup => speedup;

    /// <summary>Milliseconds that a pass is predicted to take with the units that the present masks keep.</summary>
    public double Predict(IReadOnlyList<PrunedGroup> groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        return table.Rest + groups.Index().Sum(group => Cost(group.Index, (int)group.Item.Kept));
    }

    /// <summary>Dense milliseconds ÷ predicted ones.</summary>
    public double PredictSpeedup(IReadOnlyList<PrunedGroup> groups) => table.Dense / Predict(groups);

    /// <summary>The units that each group keeps, its best ones; waits for the device.</summary>
    /// <param name="groups">The groups, with their present scores.</param>
    /// <param name="share">What the pass may take of the dense one's time, from 1 ÷ speed-up to 1.</param>
    public int[] Allocate(IReadOnlyList<PrunedGroup> groups, double share)
    {
        ArgumentNullException.ThrowIfNull(groups);
        if (share >= 1) return [.. groups.Select(group => (int)group.Scores.Shape.Count)];
        return allocation.Allocate(Values(groups), BudgetOf(share));
    }

    // Of each group, the value of its best 0, 1, … units: of a unit, its weights times the share of all weights whose units have lower scores.
    private static double[][] Values(IReadOnlyList<PrunedGroup> groups)
    {
        float[][] byGroup = [.. groups.Select(group => group.Scores.Value.ToArray())];
        float[] scores = [.. byGroup.SelectMany(own => own)];
        int[] owners = [.. byGroup.SelectMany((own, group) => Enumerable.Repeat(group, own.Length))];
        Array.Sort(scores, owners);
        long[] sizes = [.. groups.Select(group => group.ScoreSize)], lower = new long[scores.Length];
        long total = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            lower[i] = i > 0 && scores[i] == scores[i - 1] ? lower[i - 1] : total;
            total += sizes[owners[i]];
        }

        double[][] values = [.. byGroup.Select(own => new double[own.Length + 1])];
        int[] taken = new int[groups.Count];
        for (int i = scores.Length - 1; i >= 0; i--)
        {
            int owner = owners[i], best = taken[owner]++;
            values[owner][best + 1] = values[owner][best] + ((double)sizes[owner] * lower[i] / total);
        }

        return values;
    }

    private int BudgetOf(double share) => (int)Math.Floor(((table.Dense * share) - table.Rest) / tick);

    private int UnitsOf(int group) => group % 2 == 0 ? table.Heads : table.Neurons;

    private double Cost(int group, int units) => group % 2 == 0 ? table.AttentionCost(group / 2, units) : table.FeedForwardCost(group / 2, units);

    // Rounded up, so that what fits in ticks fits in milliseconds.
    private int[] TicksOf(int group) => [.. Enumerable.Range(0, UnitsOf(group) + 1).Select(units => (int)Math.Ceiling(Cost(group, units) / tick))];
}
