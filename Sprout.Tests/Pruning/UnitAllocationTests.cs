// The allocation beside every possible one.
using Sprout.Pruning.Latency;
using Sprout.Tensors.Random;

namespace Sprout.Tests.Pruning;

public sealed class UnitAllocationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void No_allocation_within_the_budget_is_worth_more(ulong seed)
    {
        var random = new RandomStream(seed, 0);
        int[] units = [3, 5, 2, 4];
        int[][] ticks = [.. units.Select(count => Rising(count, () => random.NextInt(4)))];
        double[][] values = [.. units.Select(count => Concave(count, random))];
        var allocation = new UnitAllocation(ticks);
        allocation.Total.Should().Be(ticks.Sum(costs => costs[^1]));
        int[][] all = [.. All(units)];
        // Upwards and downwards: what an earlier call has left must not matter.
        foreach (int budget in (int[])[.. Enumerable.Range(0, allocation.Total + 3), .. Enumerable.Range(0, allocation.Total).Reverse()])
        {
            int[] kept = allocation.Allocate(values, budget);
            Sum(ticks, kept).Should().BeLessThanOrEqualTo(budget);
            Sum(values, kept).Should().BeApproximately(all.Where(other => Sum(ticks, other) <= budget).Max(other => Sum(values, other)), 1e-12);
            CanAddTo(kept, ticks, budget).Should().BeFalse("budget {0}", budget);
        }
    }

    [Fact]
    public void Units_that_are_worth_nothing_stay_while_there_is_room()
    {
        int[][] ticks = [[0, 2, 4], [0, 3, 6]];
        var allocation = new UnitAllocation(ticks);
        double[][] values = [[0, 0, 0], [0, 0, 0]];
        for (int budget = 0; budget <= 10; budget++) CanAddTo(allocation.Allocate(values, budget), ticks, budget).Should().BeFalse();
        allocation.Allocate(values, 10).Should().Equal(2, 2);
    }

    [Fact]
    public void Units_that_must_stay_do()
    {
        var allocation = new UnitAllocation([[0, 5, 9], [0, 1, 2]], least: [1, 0]);
        (allocation.Least, allocation.Total).Should().Be((5, 11));
        allocation.Allocate([[0, 0, 0], [0, 3, 6]], 6).Should().Equal(1, 1);
        allocation.Allocate([[0, 0, 0], [0, 3, 6]], 5).Should().Equal(1, 0);
    }

    [Fact]
    public void Units_that_cost_nothing_always_stay() => new UnitAllocation([[0, 0, 5], [0, 4, 4]]).Allocate([[0, 1, 9], [0, 1, 2]], 4).Should().Equal(1, 2);

    private static bool CanAddTo(int[] kept, int[][] ticks, int budget) => Enumerable.Range(0, kept.Length).Any(group =>
        kept[group] + 1 < ticks[group].Length && Sum(ticks, kept) - ticks[group][kept[group]] + ticks[group][kept[group] + 1] <= budget);

    private static int Sum(int[][] ticks, int[] kept) => kept.Index().Sum(group => ticks[group.Index][group.Item]);

    private static double Sum(double[][] values, int[] kept) => kept.Index().Sum(group => values[group.Index][group.Item]);

    private static int[] Rising(int count, Func<int> step)
    {
        var sums = new int[count + 1];
        for (int i = 1; i <= count; i++) sums[i] = sums[i - 1] + step();
        return sums;
    }

    private static double[] Concave(int count, RandomStream random)
    {
        double[] steps = [.. Enumerable.Range(0, count).Select(_ => random.NextDouble()).OrderDescending()];
        var sums = new double[count + 1];
        for (int i = 1; i <= count; i++) sums[i] = sums[i - 1] + steps[i - 1];
        return sums;
    }

    private static IEnumerable<int[]> All(int[] units) => units.Length == 0
        ? [[]]
        : All(units[1..]).SelectMany(rest => Enumerable.Range(0, units[0] + 1).Select(first => (int[])[first, .. rest]));
}
