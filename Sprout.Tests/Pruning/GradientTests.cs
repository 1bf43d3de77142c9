// Gradients of weights and scores, and the penalty, against their definitions and against differences.
using Sprout.Autograd.Modules;
using Sprout.Pruning;
using Sprout.Pruning.Methods;
using Sprout.Tensors.Reference;

namespace Sprout.Tests.Pruning;

public sealed class GradientTests : IDisposable
{
    private const int Step = 60;

    private readonly ReferenceBackend backend = new();
    private readonly SmallNet net;

    public GradientTests() => net = new SmallNet(backend);

    public static IEnumerable<object[]> MethodsAndBlocks =>
        from method in PruningMethods.Names
        from block in (string[])["1x1", "2x3"]
        select new object[] { method, block };

    public void Dispose()
    {
        net.Dispose();
        backend.Dispose();
    }

    [Theory]
    [MemberData(nameof(MethodsAndBlocks))]
    public void The_weight_s_gradient_is_that_of_the_loss_under_the_fixed_mask(string method, string block)
    {
        using Pruner pruner = net.Prune(Options(method, block));
        pruner.BeginStep(Step);
        net.Backward();
        pruner.FinishGradients(Step);
        foreach (Linear layer in net.Layers)
        {
            float[] gradient = layer.Weight.Grad!.ToArray();
            for (int i = 0; i < gradient.Length; i++)
                ((double)gradient[i])
                    .Should().BeApproximately(SmallNet.Difference(layer.Weight.Value, i, 1e-2, net.Loss), 2e-4, "{0} entry {1}", layer.Weight.Name, i);
        }
    }

    [Theory]
    [InlineData("movement", "1x1")]
    [InlineData("movement", "2x3")]
    [InlineData("soft-movement", "1x1")]
    [InlineData("soft-movement", "2x3")]
    public void The_score_s_gradient_is_straight_through_also_where_the_mask_is_closed(string method, string block)
    {
        using Pruner pruner = net.Prune(Options(method, block) with { Lambda = 0 });
        pruner.BeginStep(Step);
        pruner.Density.Should().BeInRange(0.1, 0.9);
        net.Backward();
        double[][] expected = [.. pruner.Matrices.Select(MaskGradient)];
        pruner.AddPenalty(Step).Should().Be(0);
        pruner.FinishGradients(Step);
        for (int m = 0; m < 2; m++)
        {
            float[] gradient = pruner.Scores[m].Grad!.ToArray();
            for (int i = 0; i < gradient.Length; i++) ((double)gradient[i]).Should().BeApproximately(expected[m][i], 1e-6);
        }

        float[] last = pruner.Scores[1].Grad!.ToArray();
        last.Should().OnlyContain(value => value != 0, "a score can bring its weights back");
    }

    [Theory]
    [InlineData("1x1", true)]
    [InlineData("1x1", false)]
    [InlineData("2x3", true)]
    public void L0_s_score_gradient_is_that_of_the_loss_with_its_penalty_and_the_same_noise(string block, bool noise)
    {
        using Pruner pruner = net.Prune(Options("l0", block) with { L0Noise = noise });
        pruner.BeginStep(Step);
        net.Backward();
        pruner.AddPenalty(Step).Should().BeGreaterThan(0);
        pruner.FinishGradients(Step);
        int compared = 0;
        // Differences call the pruner, which adds to these.
        float[][] gradients = [.. pruner.Scores.Select(scores => scores.Grad!.ToArray())];
        foreach (MaskedMatrix matrix in pruner.Matrices)
        {
            float[] gradient = gradients[matrix.Index];
            for (int i = 0; i < gradient.Length; i++)
            {
                var gates = new List<float>();
                double difference = SmallNet.Difference(matrix.Scores.Value, i, 1e-2, () =>
                {
                    pruner.BeginStep(Step);
                    gates.Add(matrix.Group.Gates.ToArray()[i]);
                    return net.Loss() + pruner.AddPenalty(Step);
                });
                // At its clamps a gate has no derivative.
                if (gates.Exists(gate => gate is 0 or 1) && gates.Distinct().Count() > 1) continue;
                ((double)gradient[i]).Should().BeApproximately(difference, 3e-4, "{0} entry {1}", matrix.Name, i);
                compared++;
            }
        }

        compared.Should().BeGreaterThan(pruner.Matrices.Sum(matrix => (int)matrix.Scores.Shape.Count) * 3 / 4);
    }

    [Theory]
    [InlineData("soft-movement", 1.0)]
    [InlineData("l0", 1.0)]
    public void The_penalty_is_the_mean_over_matrices_of_their_means(string method, double lambda)
    {
        using Pruner pruner = net.Prune(Options(method, "1x1") with { Lambda = lambda });
        pruner.BeginStep(Step);
        double shift = method == "l0" ? 2.0 / 3 * Math.Log(0.1 / 1.1) : 0, ramp = method == "l0" ? 1 : 1 - Math.Pow(0.4, 3);
        double expected = pruner.Scores.Average(scores => scores.Value.ToArray().Average(score => 1 / (1 + Math.Exp(-(score - shift)))));
        pruner.AddPenalty(Step).Should().BeApproximately(lambda * ramp * expected, 1e-6);
        float[][] gradients = [.. pruner.Scores.Select(scores => scores.Grad!.ToArray())];
        foreach (MaskedMatrix matrix in pruner.Matrices)
        {
            float[] gradient = gradients[matrix.Index];
            for (int i = 0; i < gradient.Length; i++)
                ((double)gradient[i]).Should().BeApproximately(SmallNet.Difference(matrix.Scores.Value, i, 0.1, () => pruner.AddPenalty(Step)), 1e-5);
        }
    }

    [Fact]
    public void The_penalty_of_soft_movement_grows_with_the_schedule_and_that_of_L0_is_there_from_the_start()
    {
        using Pruner soft = net.Prune(new PruningOptions { Method = "soft-movement", Lambda = 4, ScheduleWarmup = 10 });
        soft.BeginStep(0);
        soft.AddPenalty(10).Should().Be(0);
        soft.AddPenalty(50).Should().BeApproximately(4 * 0.5 * 0.875, 1e-6);
        soft.AddPenalty(95).Should().BeApproximately(4 * 0.5, 1e-6);
        using Pruner l0 = net.Prune(new PruningOptions { Method = "l0", Lambda = 4 });
        l0.AddPenalty(0).Should().BeApproximately(l0.AddPenalty(99), 0).And.BeGreaterThan(0);
    }

    [Fact]
    public void Penalty_and_loss_add_up_in_the_score_s_gradient_and_every_step_starts_anew()
    {
        using Pruner pruner = net.Prune(Options("soft-movement", "2x3") with { Lambda = 2 });
        pruner.BeginStep(Step);
        net.Backward();
        double[] loss = MaskGradient(pruner.Matrices[0]);
        pruner.AddPenalty(Step);
        float[] penalty = pruner.Scores[0].Grad!.ToArray();
        pruner.FinishGradients(Step);
        pruner.Scores[0].Grad!.ToArray().Zip(loss.Zip(penalty, (a, b) => a + b)).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-6);
        pruner.BeginStep(Step + 1);
        pruner.Scores[0].Grad.Should().BeNull();
    }

    [Theory]
    [InlineData("magnitude")]
    [InlineData("random")]
    public void Scores_that_are_not_learned_have_no_gradient(string method)
    {
        using Pruner pruner = net.Prune(Options(method, "1x1"));
        pruner.BeginStep(Step);
        net.Backward();
        pruner.AddPenalty(Step).Should().Be(0);
        pruner.FinishGradients(Step);
        pruner.Scores.Should().OnlyContain(scores => scores.Grad == null);
        pruner.ScoreGroup.Parameters.Should().BeEmpty();
    }

    [Fact]
    public void A_layer_that_got_no_gradient_learns_nothing()
    {
        using Pruner pruner = net.Prune(Options("movement", "1x1"));
        pruner.BeginStep(Step);
        foreach (Linear layer in net.Layers) layer.Weight.ZeroGrad();
        pruner.FinishGradients(Step);
        pruner.Scores.Should().OnlyContain(scores => scores.Grad == null);
    }

    private static PruningOptions Options(string method, string block) => new()
    {
        Method = method, Density = 0.4, Lambda = 0.5, Block = BlockShape.Parse(block), ScoreInit = ScoreInit.Uniform, ScoreScale = 2, Threshold = 0.5,
    };

    // Σ over each block of ∂L/∂W' ⊙ W, before the pruner has changed the weight's gradient.
    private static double[] MaskGradient(MaskedMatrix matrix)
    {
        float[] weight = matrix.Layer.Weight.Value.ToArray(), gradient = matrix.Layer.Weight.Grad!.ToArray();
        var sums = new double[matrix.Scores.Shape.Count];
        int columns = matrix.Shape[1], blockColumns = matrix.Scores.Shape[1];
        for (int i = 0; i < weight.Length; i++)
            sums[(i / columns / matrix.Block.Rows * blockColumns) + (i % columns / matrix.Block.Columns)] += (double)gradient[i] * weight[i];
        return sums;
    }
}
