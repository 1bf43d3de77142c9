// Masks: how many entries are kept, and which.
using Sprout.Pruning;
using Sprout.Pruning.Methods;
using Sprout.Tensors;
using Sprout.Tensors.Reference;

namespace Sprout.Tests.Pruning;

public sealed class MaskTests : IDisposable
{
    private const double Density = 0.37;

    private readonly ReferenceBackend backend = new();
    private readonly SmallNet net;

    public MaskTests() => net = new SmallNet(backend);

    public void Dispose()
    {
        net.Dispose();
        backend.LiveBytes.Should().Be(0, "every mask and score was given back");
        backend.Dispose();
    }

    [Theory]
    [InlineData("magnitude", PruningScope.Local)]
    [InlineData("magnitude", PruningScope.Global)]
    [InlineData("movement", PruningScope.Local)]
    [InlineData("movement", PruningScope.Global)]
    [InlineData("random", PruningScope.Local)]
    [InlineData("random", PruningScope.Global)]
    public void Top_v_keeps_exactly_its_share_of_each_matrix_or_of_all(string method, PruningScope scope)
    {
        using Pruner pruner = net.Prune(
            new PruningOptions { Method = method, Density = Density, InitialDensity = 0.8, Scope = scope, ScoreInit = ScoreInit.Uniform, ScoreScale = 1 });
        pruner.BeginStep(0);
        CheckCounts(pruner, 0.8, scope);
        pruner.BeginStep(50);
        CheckCounts(pruner, Density + ((0.8 - Density) * 0.125), scope);
        pruner.BeginEvaluation();
        CheckCounts(pruner, Density, scope);
        pruner.Density.Should().Be(pruner.Matrices.Sum(matrix => matrix.Kept) / 96.0);
    }

    [Theory]
    [InlineData("magnitude")]
    [InlineData("movement")]
    public void The_best_scores_are_kept(string method)
    {
        using Pruner pruner = net.Prune(new PruningOptions { Method = method, Density = Density, ScoreInit = ScoreInit.Kaiming });
        pruner.BeginEvaluation();
        foreach (MaskedMatrix matrix in pruner.Matrices)
        {
            float[] scores = matrix.Scores.Value.ToArray(), factors = SmallNet.Factors(matrix.Layer);
            if (method == "magnitude") scores.Should().Equal(matrix.Layer.Weight.Value.ToArray().Select(MathF.Abs));
            else scores.Should().OnlyContain(score => Math.Abs(score) <= 1 / Math.Sqrt(matrix.Shape.Columns)).And.OnlyHaveUniqueItems();
            scores.Where((_, i) => factors[i] == 1).Min().Should().BeGreaterThan(scores.Where((_, i) => factors[i] == 0).Max());
        }
    }

    [Fact]
    public void Everything_is_kept_while_the_schedule_is_flat()
    {
        using Pruner pruner = net.Prune(new PruningOptions { Method = "movement", Density = Density, ScheduleWarmup = 20 });
        pruner.BeginStep(20);
        pruner.Density.Should().Be(1);
        net.Layers.Should().OnlyContain(layer => layer.Factor.Mask == null, "a dense product needs no mask");
        pruner.BeginStep(21);
        pruner.Density.Should().BeLessThan(1);
    }

    [Fact]
    public void Among_equal_scores_the_lower_index_of_the_earlier_matrix_wins()
    {
        using Pruner local = net.Prune(new PruningOptions { Method = "movement", Density = 0.5 });
        local.BeginEvaluation();
        SmallNet.Factors(net.First).Should().Equal(Enumerable.Range(0, 72).Select(i => i < 36 ? 1f : 0f));
        SmallNet.Factors(net.Second).Should().Equal(Enumerable.Range(0, 24).Select(i => i < 12 ? 1f : 0f));
        using Pruner global = net.Prune(new PruningOptions { Method = "movement", Density = 0.8, Scope = PruningScope.Global });
        global.BeginEvaluation();
        SmallNet.Factors(net.First).Should().OnlyContain(factor => factor == 1);
        SmallNet.Factors(net.Second).Should().Equal(Enumerable.Range(0, 24).Select(i => i < 4 ? 1f : 0f), "int(0.8 · 96) = 76 = 72 + 4");
        global.Matrices.Select(matrix => matrix.Kept).Should().Equal(72, 4);
    }

    [Fact]
    public void Random_masks_depend_on_the_seed_alone_and_only_shrink()
    {
        var options = new PruningOptions { Method = "random", Density = 0.2 };
        using Pruner one = net.Prune(options, seed: 5);
        one.BeginEvaluation();
        float[] factors = SmallNet.Factors(net.First);
        one.BeginStep(50);
        float[] earlier = SmallNet.Factors(net.First);
        factors.Zip(earlier).Should().OnlyContain(pair => pair.First <= pair.Second);
        one.ScoreGroup.Parameters.Should().BeEmpty();
        one.Scores.Should().HaveCount(2).And.OnlyContain(scores => scores.Value.ToArray().All(score => score > 0 && score < 1));

        using var other = new SmallNet(backend, seed: 99);
        using Pruner same = other.Prune(options, seed: 5);
        same.BeginEvaluation();
        SmallNet.Factors(other.First).Should().Equal(factors);
        using Pruner different = other.Prune(options, seed: 6);
        different.BeginEvaluation();
        SmallNet.Factors(other.First).Should().NotEqual(factors);
    }

    [Fact]
    public void Blocks_are_kept_or_pruned_whole()
    {
        foreach (string method in (string[])["magnitude", "movement", "random", "soft-movement", "l0"])
        {
            using Pruner pruner = net.Prune(new PruningOptions
            {
                Method = method, Density = 0.4, Block = new BlockShape(2, 3), ScoreInit = ScoreInit.Uniform, ScoreScale = 2, Threshold = 0.5,
            });
            pruner.BeginEvaluation();
            foreach (MaskedMatrix matrix in pruner.Matrices)
            {
                float[] factors = SmallNet.Factors(matrix.Layer);
                int rows = matrix.Shape[0], columns = matrix.Shape[1];
                matrix.Scores.Shape.Should().Be(new Shape(rows / 2, columns / 3));
                matrix.Kept.Should().Be(factors.Count(factor => factor > 0));
                if (method is "magnitude" or "movement" or "random") matrix.Kept.Should().Be((long)(0.4 * matrix.Scores.Shape.Count) * 6);
                for (int i = 0; i < rows; i++)
                    for (int j = 0; j < columns; j++) factors[(i * columns) + j].Should().Be(factors[(i / 2 * 2 * columns) + (j / 3 * 3)]);
            }
        }
    }

    [Fact]
    public void A_block_s_magnitude_is_the_mean_of_its_absolute_weights()
    {
        using Pruner pruner = net.Prune(new PruningOptions { Method = "magnitude", Density = 0.5, Block = new BlockShape(2, 3) });
        pruner.BeginEvaluation();
        float[] weight = net.First.Weight.Value.ToArray(), scores = pruner.Scores[0].Value.ToArray();
        for (int block = 0; block < 12; block++)
        {
            double mean = Enumerable.Range(0, 6).Average(e => Math.Abs((double)weight[(((block / 4 * 2) + (e / 3)) * 12) + (block % 4 * 3) + (e % 3)]));
            scores[block].Should().BeApproximately((float)mean, 1e-6f);
        }
    }

    [Fact]
    public void A_block_that_does_not_divide_a_matrix_names_it()
    {
        Action create = () => net.Prune(new PruningOptions { Method = "magnitude", Density = 0.5, Block = new BlockShape(2, 5) });
        create.Should().Throw<OptionException>().WithMessage("Block 2x5 does not divide the matrix \"net.first.weight\" [6, 12].");
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void Soft_movement_keeps_what_its_sigmoid_lifts_above_the_threshold(double threshold)
    {
        using Pruner pruner = net.Prune(new PruningOptions { Method = "soft-movement", Threshold = threshold, ScoreInit = ScoreInit.Uniform, ScoreScale = 4 });
        pruner.BeginStep(0);
        pruner.Density.Should().Be(1, "the threshold starts at 0");
        foreach (int? step in (int?[])[30, null])
        {
            if (step is int t) pruner.BeginStep(t);
            else pruner.BeginEvaluation();
            double now = step is null ? threshold : threshold * (1 - Math.Pow(1 - (30 / 100.0), 3));
            foreach (MaskedMatrix matrix in pruner.Matrices)
                SmallNet.Factors(matrix.Layer)
                    .Should().Equal(matrix.Scores.Value.ToArray().Select(score => 1 / (1 + Math.Exp(-(double)score)) > now ? 1f : 0f));
        }
    }

    [Fact]
    public void Soft_movement_never_empties_a_matrix()
    {
        SoftMovement.MinimumKept(72).Should().Be(1);
        SoftMovement.MinimumKept(589_824).Should().Be(2950);
        using Pruner pruner = net.Prune(new PruningOptions { Method = "soft-movement", ScoreScale = -50 });
        pruner.BeginEvaluation();
        pruner.Matrices.Select(matrix => matrix.Kept).Should().Equal(1, 1);
    }

    [Fact]
    public void The_score_threshold_agrees_with_the_sigmoid_for_the_floats_around_it()
    {
        for (double threshold = 0.001; threshold < 1; threshold += 0.00137)
        {
            double exact = Math.Log(threshold / (1 - threshold));
            float cut = SoftMovement.ScoreThreshold(threshold);
            float score = MathF.BitDecrement(MathF.BitDecrement((float)exact));
            for (int i = 0; i < 5; i++, score = MathF.BitIncrement(score)) (score > cut).Should().Be(score > exact);
        }
    }

    [Fact]
    public void Gates_are_noisy_in_training_and_fixed_in_evaluation()
    {
        var options = new PruningOptions { Method = "l0", ScoreInit = ScoreInit.Uniform, ScoreScale = 3 };
        using Pruner pruner = net.Prune(options);
        pruner.BeginStep(3);
        float[] third = SmallNet.Factors(net.First);
        pruner.BeginStep(4);
        SmallNet.Factors(net.First).Should().NotEqual(third);
        pruner.BeginStep(3);
        SmallNet.Factors(net.First).Should().Equal(third, "a step can be repeated");
        pruner.BeginEvaluation();
        float[] gates = SmallNet.Factors(net.First);
        gates.Should().Equal(pruner.Scores[0].Value.ToArray().Select(score => (float)Math.Clamp((1.2 / (1 + Math.Exp(-(double)score))) - 0.1, 0, 1)));
        pruner.Matrices[0].Kept.Should().Be(gates.Count(gate => gate > 0));

        using Pruner quiet = net.Prune(options with { L0Noise = false });
        quiet.BeginStep(3);
        float[] expected = [.. quiet.Scores[0].Value.ToArray().Select(score => (float)Math.Clamp((1.2 / (1 + Math.Exp(-1.5 * (double)score))) - 0.1, 0, 1))];
        SmallNet.Factors(net.First).Zip(expected).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-6);
    }

    private static void CheckCounts(Pruner pruner, double density, PruningScope scope)
    {
        long[] counted = [.. pruner.Matrices.Select(matrix => (long)SmallNet.Factors(matrix.Layer).Count(factor => factor == 1))];
        pruner.Matrices.Select(matrix => matrix.Kept).Should().Equal(counted);
        if (scope == PruningScope.Local) counted.Should().Equal((long)(density * 72), (long)(density * 24));
        else counted.Sum().Should().Be((long)(density * 96));
    }
}
