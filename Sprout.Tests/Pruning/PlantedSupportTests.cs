// Whole training loops: a sparse layer is planted, and pruning has to find it.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Autograd.Modules;
using Sprout.Autograd.Optim;
using Sprout.Pruning;
using Sprout.Pruning.Methods;
using Sprout.Tensors;
using Sprout.Tensors.Random;
using Sprout.Tensors.Reference;

namespace Sprout.Tests.Pruning;

public sealed class PlantedSupportTests
{
    private const int Inputs = 24, Outputs = 8, Planted = 19, Steps = 400, Batch = 24;

    public static TheoryData<string> Methods => ["magnitude", "movement", "soft-movement", "l0", "sensitivity"];

    [Theory]
    [MemberData(nameof(Methods))]
    public void The_planted_weights_survive(string name)
    {
        var options = new PruningOptions
        {
            Method = name, Density = Planted / (double)(Inputs * Outputs), ScheduleWarmup = 50, FinalWarmup = 2,
            ScoreLearningRate = 2e-2, Lambda = name == "soft-movement" ? 20 : 10,
        };
        PruningMethod method = name == "sensitivity" ? new Sensitivity(options) : PruningMethods.Create(options);
        (float[] kept, float[] planted) = Train(method);
        int found = kept.Where((value, i) => value != 0 && planted[i] != 0).Count();
        found.Should().BeGreaterThanOrEqualTo(Planted - 1, "{0} of {1} kept weights are planted", found, kept.Count(value => value != 0));
        kept.Count(value => value != 0).Should().BeLessThanOrEqualTo(Planted + 4);
    }

    [Fact]
    public void Random_pruning_does_not_know()
    {
        (float[] kept, float[] planted) = Train(
            PruningMethods.Create(new PruningOptions { Method = "random", Density = Planted / (double)(Inputs * Outputs) }));
        kept.Where((value, i) => value != 0 && planted[i] != 0).Count().Should().BeLessThan(Planted / 2);
    }

    private static (float[] Kept, float[] Planted) Train(PruningMethod method)
    {
        using var backend = new ReferenceBackend();
        var random = new RandomStream(11, 0);
        float[] planted = new float[Inputs * Outputs];
        int[] order = [.. Enumerable.Range(0, planted.Length)];
        random.Shuffle(order);
        foreach (int i in order.Take(Planted)) planted[i] = (random.NextInt(2) == 0 ? -1 : 1) * (0.5f + (float)random.NextDouble());

        using var layer = new Linear(backend, Inputs, Outputs);
        layer.Weight.Value.CopyFrom(SmallNet.Normal(random, planted.Length, 0.3f));
        var pruner = new Pruner(method, [layer], Outputs, Steps, seed: 3);
        var optimizer = new AdamW([new ParameterGroup("weights", [layer.Weight, layer.Bias], 1e-2, 0), pruner.ScoreGroup], masked: pruner.MaskedWeights);
        using Tensor truth = Tensor.From(backend, layer.Weight.Shape, planted);
        using Tensor x = Tensor.Rent(backend, new Shape(Batch, Inputs)), y = Tensor.Rent(backend, new Shape(Batch, Outputs));
        using var tape = new Tape(backend);
        long live = 0;
        for (int step = 0; step < Steps; step++)
        {
            x.CopyFrom(SmallNet.Normal(random, x.Count, 1));
            backend.MatMul(x, false, truth, true, null, y, accumulate: false);
            pruner.BeginStep(step);
            layer.Weight.ZeroGrad();
            layer.Bias.ZeroGrad();
            Variable loss = LossFunction.Zero(tape);
            SquaredErrorFunction.Apply(tape, layer.Forward(tape, new Variable(x)), y, 1f / y.Count, loss);
            tape.Backward(loss);
            pruner.AddPenalty(step);
            pruner.FinishGradients(step);
            optimizer.Step(1, 1);
            // By then masks, moments and gradients have come into being.
            if (step == Steps / 2) live = backend.LiveBytes;
        }

        backend.LiveBytes.Should().Be(live, "training leaves nothing behind");
        pruner.Fold();
        float[] kept = layer.Weight.Value.ToArray();
        optimizer.Dispose();
        pruner.Dispose();
        return (kept, planted);
    }

    /// <summary>A method of a user's own, in one class: scores collect |∂L/∂W' · W|, how much the loss feels each weight.</summary>
    private sealed class Sensitivity(PruningOptions options) : TopVMethod(options), IScoreGradient
    {
        public override string Name => "sensitivity";

        public void ToScoreGradient(PrunedGroup group, PruningStep step, Tensor gradient)
        {
            using Tensor magnitude = Tensor.Rent(gradient.Backend, gradient.Shape);
            gradient.Backend.BlockSum(gradient, null, 1, 1, magnitude);
            gradient.Backend.Fill(gradient, 0f);
            gradient.Backend.AddScaled(magnitude, -1f, gradient);
        }
    }
}
