// How many units each group keeps when all of them share a budget.
namespace Sprout.Pruning.Latency;

/// <summary>
/// Chooses how many units each group keeps, so that their value is the greatest that a budget allows: a knapsack of one choice a group, solved exactly by
/// dynamic programming (Kurtic et al. 2023 search over such a table too). Costs are whole ticks, so that the answer is the same on every machine.
/// </summary>
public sealed class UnitAllocation
{
    private readonly (int Ticks, int Units)[][] options;
    private readonly int[][] choices;
    private double[] best = [], next = [];

    /// <summary>Prepares groups.</summary>
    /// <param name="ticks">Of each group, the cost of its first 0, 1, … units: from 0 on, never falling.</param>
    /// <param name="least">Of each group, how many units always stay; null: none.</param>
    public UnitAllocation(IReadOnlyList<IReadOnlyList<int>> ticks, IReadOnlyList<int>? least = null)
    {
        ArgumentNullException.ThrowIfNull(ticks);
        // Of units that cost the same, the most: fewer are never better.
        options = [.. ticks.Select((costs, group) =>
            Enumerable.Range(0, costs.Count).Skip(least?[group] ?? 0).Where(units => units == costs.Count - 1 || costs[units + 1] > costs[units])
                .Select(units => (costs[units], units)).ToArray())];
        choices = new int[ticks.Count][];
        Total = options.Sum(group => group[^1].Ticks);
        Least = options.Sum(group => group[0].Ticks);
    }

    /// <summary>Ticks of all units.</summary>
    public int Total { get; }

    /// <summary>Ticks of the units that always stay.</summary>
    public int Least { get; }

    /// <summary>The units that each group keeps; of equally good answers one to which no unit can be added.</summary>
    /// <param name="values">Of each group, the value of its first 0, 1, … units: never falling.</param>
    /// <param name="budget">Ticks, at least <see cref="Least"/>.</param>
    public int[] Allocate(IReadOnlyList<double[]> values, int budget)
    {
        ArgumentNullException.ThrowIfNull(values);
        budget = Math.Min(budget, Total);
        if (best.Length <= budget) (best, next) = (new double[budget + 1], new double[budget + 1]);
        Array.Clear(best);
        for (int group = 0; group < options.Length; group++)
        {
            if (choices[group] is null || choices[group].Length <= budget) choices[group] = new int[budget + 1];
            Choose(options[group], values[group], best.AsSpan(0, budget + 1), next.AsSpan(0, budget + 1), choices[group].AsSpan(0, budget + 1));
            (best, next) = (next, best);
        }

        var kept = new int[options.Length];
        for (int group = options.Length - 1; group >= 0; group--)
        {
            (int ticks, kept[group]) = options[group][choices[group][budget]];
            budget -= ticks;
        }

        return kept;
    }

    // The best values of the groups so far and one more, by the ticks that they may take together.
    private static void Choose((int Ticks, int Units)[] options, double[] values, ReadOnlySpan<double> before, Span<double> after, Span<int> choice)
    {
        after.Fill(double.NegativeInfinity);
        for (int i = 0; i < options.Length; i++)
        {
            int ticks = options[i].Ticks;
            if (ticks >= after.Length) break;
            double value = values[options[i].Units];
            ReadOnlySpan<double> rest = before[..(after.Length - ticks)];
            Span<double> sums = after[ticks..];
            Span<int> chosen = choice[ticks..];
            for (int j = 0; j < rest.Length; j++)
            {
                double sum = rest[j] + value;
                // The larger option at the same value.
                if (sum < sums[j]) continue;
                sums[j] = sum;
                chosen[j] = i;
            }
        }
    }
}
