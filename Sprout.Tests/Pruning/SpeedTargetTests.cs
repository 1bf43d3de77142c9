// Heads and neurons by a speed-up: groups, budget, schedule.
using Sprout.Bert.Models.Architectures;
using Sprout.Pruning;
using Sprout.Pruning.Latency;
using Sprout.Pruning.Methods;
using Sprout.Tensors;
using Sprout.Tensors.Reference;
using Sprout.Tests.Models;

namespace Sprout.Tests.Pruning;

public sealed class SpeedTargetTests : IDisposable
{
    private static readonly LatencyTable Table = Latencies.Tiny with { Hidden = 8, Neurons = 12, Grid = [0, 4, 12] };

    private readonly ReferenceBackend backend = new();
    private readonly BertForSequenceClassification model;

    public SpeedTargetTests() => model = TinyBert.Randomise(new BertForSequenceClassification(backend, TinyBert.Config(), 2));

    public void Dispose()
    {
        model.Dispose();
        backend.LiveBytes.Should().Be(0, "every mask and score was given back");
        backend.Dispose();
    }

    [Theory]
    [InlineData("movement", 1.5)]
    [InlineData("movement", 3)]
    [InlineData("magnitude", 3)]
    [InlineData("magnitude", 3.6)]
    public void The_prediction_is_met_and_nothing_could_be_added(string method, double speedup)
    {
        using Pruner pruner = Create(method, speedup);
        pruner.BeginEvaluation();
        double[] costs = [.. pruner.Groups.Select((_, i) => Cost(pruner, i, 0))];
        double predicted = Table.Rest + costs.Sum(), budget = Table.Dense / speedup, tick = (Table.Dense - Table.Rest) / 2048;
        predicted.Should().BeLessThanOrEqualTo(budget * (1 + 1e-12));
        pruner.Groups.Where((_, i) => i % 2 == 0).Should().OnlyContain(heads => heads.Kept >= 1);
        pruner.Report().PredictedSpeedup.Should().BeApproximately(Table.Dense / predicted, 1e-12).And.BeGreaterThanOrEqualTo(speedup * (1 - 1e-12));
        for (int i = 0; i < costs.Length; i++)
        {
            if (pruner.Groups[i].Kept == pruner.Groups[i].Scores.Shape.Count) continue;
            double more = predicted - costs[i] + Cost(pruner, i, 1);
            more.Should().BeGreaterThan(budget - (5 * tick), "a cost is rounded up by less than a tick a group");
        }
    }

    [Theory]
    [InlineData("movement")]
    [InlineData("magnitude")]
    public void What_is_kept_is_worth_the_most(string method)
    {
        using Pruner pruner = Create(method, 2.5);
        pruner.BeginEvaluation();
        double[][] sums = Sums(pruner);
        double found = pruner.Groups.Index().Sum(group => sums[group.Index][group.Item.Kept]), most = 0;
        // The same with budgets a little smaller: ticks round costs up.
        for (int a = 1; a <= 2; a++)
        for (int b = 0; b <= 12; b++)
        for (int c = 1; c <= 2; c++)
        for (int d = 0; d <= 12; d++)
        {
            double cost = Table.Rest + Table.AttentionCost(0, a) + Table.FeedForwardCost(0, b) + Table.AttentionCost(1, c) + Table.FeedForwardCost(1, d);
            if (cost <= (Table.Dense / 2.5) - 0.02) most = Math.Max(most, sums[0][a] + sums[1][b] + sums[2][c] + sums[3][d]);
        }

        found.Should().BeGreaterThanOrEqualTo(most - 1e-9);
    }

    [Fact]
    public void The_time_of_a_pass_falls_with_the_schedule()
    {
        using Pruner pruner = Create("movement", 3);
        var last = double.PositiveInfinity;
        for (int step = 0; step < 100; step++)
        {
            pruner.BeginStep(step);
            double predicted = Table.Dense / pruner.Report().PredictedSpeedup!.Value;
            predicted.Should().BeLessThanOrEqualTo(last, "step {0}", step);
            if (step <= 10) pruner.Density.Should().Be(1);
            if (step > 90) predicted.Should().BeLessThanOrEqualTo(Table.Dense / 3 * (1 + 1e-12));
            last = predicted;
        }
    }

    [Fact]
    public void The_best_units_of_a_group_stay()
    {
        using Pruner pruner = Create("magnitude", 2.5);
        pruner.BeginEvaluation();
        bool[] cut = [.. pruner.Groups.Select(group => group.Kept > 0 && group.Kept < group.Scores.Shape.Count)];
        cut.Should().Contain(true);
        foreach (PrunedGroup group in pruner.Groups.Where((_, i) => cut[i]))
        {
            float[] scores = group.Scores.Value.ToArray();
            uint bits = (uint)group.Bits.ToArray()[0];
            float Of(bool kept, Func<IEnumerable<float>, float> end) => end(scores.Where((_, i) => (bits >> i & 1) == (kept ? 1 : 0)));
            Of(true, Enumerable.Min).Should().BeGreaterThan(Of(false, Enumerable.Max));
        }
    }

    [Fact]
    public void A_speed_up_out_of_reach_is_refused()
    {
        Action create = () => Create("movement", 10).Dispose();
        create.Should().Throw<OptionException>()
            .WithMessage("Speedup: expected less than 3.70, that of one head a layer and no neurons at 1 × 16 tokens, found 10.");
    }

    [Theory]
    [InlineData("soft-movement")]
    [InlineData("l0")]
    [InlineData("random")]
    public void Other_methods_are_refused(string method)
    {
        Action create = () => PruningMethods.Create(Options(method, 3));
        create.Should().Throw<OptionException>()
            .WithMessage($"Speedup 3 needs Method movement or magnitude, whose scores rank heads beside neurons, found {method}.");
    }

    [Fact]
    public void Options_that_contradict_are_refused()
    {
        PruningOptions good = Options("movement", 3);
        good.Validate(100);
        (PruningOptions Options, string Says)[] bads =
        [
            (good with { Speedup = 1 }, "Speedup: expected a number above 1, found 1."),
            (good with { Speedup = double.NaN }, "Speedup: *"),
            (good with { Density = 0.1 }, "Density has no effect with Speedup, *"),
            (good with { InitialDensity = 0.9 }, "InitialDensity has no effect with Speedup, *"),
            (good with { Scope = PruningScope.Global }, "Scope has no effect with Speedup, *"),
            (good with { Block = new BlockShape(2, 2) }, "Block has no effect with Speedup, *"),
            (good with { SpeedupBatch = 0 }, "SpeedupBatch: expected 1 or more, found 0."),
            (good with { SpeedupLength = 0 }, "SpeedupLength: expected 1 or more, found 0."),
            (good with { LatencyTable = "a.json", SpeedupBatch = 2 }, "SpeedupBatch has no effect with LatencyTable, *"),
            (good with { LatencyTable = "a.json", SpeedupLength = 2 }, "SpeedupLength has no effect with LatencyTable, *"),
            (good with { Speedup = null, Density = 0.5, LatencyTable = "a.json" }, "LatencyTable has no effect without Speedup."),
            (good with { Speedup = null, Density = 0.5, SpeedupLength = 5 }, "SpeedupLength has no effect without Speedup."),
            (good with { Method = "none" }, "Speedup has no effect without Method."),
        ];
        foreach ((PruningOptions bad, string says) in bads)
            ((Action)bad.Validate).Should().Throw<OptionException>().WithMessage(says);
    }

    private static PruningOptions Options(string method, double speedup) => new()
    {
        Method = method, Speedup = speedup, ScheduleWarmup = 10, ScoreInit = ScoreInit.Uniform, ScoreScale = 2,
    };

    private static double[][] Sums(Pruner pruner)
    {
        (float Score, long Size)[] all = [.. pruner.Groups.SelectMany(group => group.Scores.Value.ToArray().Select(score => (score, group.ScoreSize)))];
        return [.. pruner.Groups.Select(group =>
        {
            double[] worth = [.. group.Scores.Value.ToArray().OrderDescending().Select(score =>
                (double)group.ScoreSize * all.Where(unit => unit.Score < score).Sum(unit => unit.Size) / all.Sum(unit => unit.Size))];
            return Enumerable.Range(0, worth.Length + 1).Select(count => worth.Take(count).Sum()).ToArray();
        })];
    }

    private static double Cost(Pruner pruner, int group, int more)
    {
        int units = (int)pruner.Groups[group].Kept + more;
        return group % 2 == 0 ? Table.AttentionCost(group / 2, units) : Table.FeedForwardCost(group / 2, units);
    }

    private Pruner Create(string method, double speedup) =>
        PruningMethods.CreatePruner(model.Encoder, Options(method, speedup), totalSteps: 100, seed: 3, Table)!;
}
