// Scores that learn in every k-th step, and what rests in between.
using Sprout.Autograd;
using Sprout.Autograd.Modules;
using Sprout.Autograd.Optim;
using Sprout.Pruning;
using Sprout.Pruning.Methods;
using Sprout.Tensors;
using Sprout.Tensors.Cpu;

namespace Sprout.Tests.Pruning;

public sealed class ScoreEveryTests : IDisposable
{
    private readonly IBackend backend = CpuBackend.Open(1);
    private readonly SmallNet net;

    public ScoreEveryTests() => net = new SmallNet(backend);

    public static IEnumerable<object[]> MethodsAndBlocks =>
        from method in (string[])["movement", "soft-movement"]
        from block in (string[])["1x1", "2x3"]
        select new object[] { method, block };

    public void Dispose()
    {
        net.Dispose();
        backend.Dispose();
    }

    [Theory]
    [MemberData(nameof(MethodsAndBlocks))]
    public void Between_the_scores_steps_kept_weights_have_their_gradient_and_the_norm_is_theirs(string method, string block)
    {
        using Pruner pruner = Prune(method, block, every: 3);
        Parameter[] trained = [.. net.Parameters(), .. pruner.ScoreGroup.Parameters];
        pruner.BeginStep(61);
        pruner.Density.Should().BeInRange(0.1, 0.9);
        net.Backward();
        if (method == "soft-movement") pruner.AddPenalty(61).Should().BeGreaterThan(0);
        pruner.FinishGradients(61);
        pruner.Scores.Should().OnlyContain(scores => scores.Grad == null);
        foreach (Linear layer in net.Layers)
        {
            float[] gradient = layer.Weight.Grad!.ToArray();
            for (int i = 0; i < gradient.Length; i++)
                ((double)gradient[i]).Should().BeApproximately(SmallNet.Difference(layer.Weight.Value, i, 1e-2, net.Loss), 2e-4, $"{layer.Weight.Name} {i}");
        }

        double squares = net.Parameters().Sum(parameter => parameter.Grad!.ToArray().Sum(value => (double)value * value));
        GradientNorm.Of(trained, pruner.MaskedWeights).Should().BeApproximately(Math.Sqrt(squares), 1e-5);
    }

    [Theory]
    [MemberData(nameof(MethodsAndBlocks))]
    public void Scores_and_masked_weights_move_in_the_scores_steps_alone(string method, string block)
    {
        using Pruner pruner = Prune(method, block, every: 3);
        using var optimizer = new AdamW([new("weights", [.. net.Parameters()], 1e-2, 0.1), pruner.ScoreGroup], masked: pruner.MaskedWeights);
        for (int step = 60; step < 66; step++)
        {
            pruner.BeginStep(step);
            float[][] before = Values(pruner), factors = [.. net.Layers.Select(SmallNet.Factors)];
            net.Backward();
            pruner.AddPenalty(step);
            pruner.FinishGradients(step);
            optimizer.Step(1, 1);
            float[][] after = Values(pruner);
            for (int layer = 0; layer < 2; layer++)
            {
                for (int i = 0; i < factors[layer].Length; i++)
                    (after[layer][i] != before[layer][i]).Should().Be(step % 3 == 0 || factors[layer][i] != 0, $"step {step}, layer {layer}, weight {i}");
                after[2 + layer].SequenceEqual(before[2 + layer]).Should().Be(step % 3 != 0, $"step {step}, scores of layer {layer}");
            }
        }
    }

    [Fact]
    public void An_update_for_several_steps_has_the_moments_of_as_many_with_one_gradient_and_their_rate()
    {
        const int steps = 4;
        using Parameter single = new(backend, new Shape(3)), several = new(backend, new Shape(3));
        using var one = new AdamW([new("one", [single], 1e-3, 0)]);
        using var many = new AdamW([new("several", [several], 1e-3, 0) { StepsOfUpdate = steps }]);
        float[] gradient = [1, -2, 0.5f];
        for (int round = 0; round < 3; round++)
        {
            several.GradTarget(out _).CopyFrom([.. gradient.Select(value => value * (round + 1))]);
            single.GradTarget(out _).CopyFrom([.. gradient.Select(value => value * (round + 1))]);
            many.Step(1, 1);
            for (int i = 0; i < steps; i++) one.Step(1, 1);
            AdamW.State expected = one.States().Single().State, found = many.States().Single().State;
            found.Step.Should().Be(round + 1);
            Close(found.Mean, expected.Mean);
            Close(found.Variance, expected.Variance);
        }

        // The gradient grows slowly, so that 12 small updates and 3 large ones end near each other.
        single.Value.ToArray().Zip(several.Value.ToArray(), (small, large) => large / small).Should().OnlyContain(ratio => ratio > 0.95f && ratio < 1.1f);
    }

    [Fact]
    public void Every_step_is_what_there_was_before()
    {
        new PruningOptions().ScoreEvery.Should().Be(1);
        using Pruner pruner = Prune("movement", "1x1", every: 1);
        pruner.BeginStep(61);
        net.Layers.Should().OnlyContain(layer => layer.Weight.Sample == null);
        pruner.Scores.Should().OnlyContain(scores => scores.RequiresGrad);
    }

    private static void Close(Tensor found, Tensor expected) =>
        found.ToArray().Zip(expected.ToArray(), (a, b) => Math.Abs(a - b) / Math.Abs(b)).Max().Should().BeLessThan(1e-5f);

    private float[][] Values(Pruner pruner) =>
        [.. net.Layers.Select(layer => layer.Weight).Concat(pruner.Scores).Select(parameter => parameter.Value.ToArray())];

    private Pruner Prune(string method, string block, int every)
    {
        var options = new PruningOptions
        {
            Method = method, Density = method == "movement" ? 0.4 : null, Lambda = method == "movement" ? 0 : 0.5, Block = BlockShape.Parse(block),
            ScoreInit = ScoreInit.Uniform, ScoreScale = 3, ScoreEvery = every, ScheduleWarmup = 10,
        };
        return new Pruner(PruningMethods.Create(options), net.Layers, unprunedParameters: 10, totalSteps: 100, seed: 7);
    }
}
