// The optimiser against PyTorch's order of operations, in double.
using Sprout.Autograd;
using Sprout.Autograd.Optim;
using Sprout.Tensors;
using Sprout.Tensors.Random;
using Sprout.Tests.Functions;

namespace Sprout.Tests.Autograd;

[Collection("backends")]
public sealed class AdamWTests
{
    private const double Rate = 1e-2, Decay = 0.1, Epsilon = 1e-8, Beta1 = 0.9, Beta2 = 0.999, MaxNorm = 1.0;
    private const int Elements = 37;

    public static TheoryData<string> Backends => TestBackends.All;

    [Theory]
    [MemberData(nameof(Backends))]
    public void Twenty_steps_with_decay_warmup_and_clipping_are_those_of_PyTorch(string name)
    {
        using IBackend backend = TestBackends.Open(name);
        using (var scene = new Scene(backend))
        {
            Parameter decayed = scene.Parameter("weight", Elements), plain = scene.Parameter("bias", Elements);
            using var optimiser = new AdamW([new("decayed", [decayed], Rate, Decay), new("plain", [plain], 3 * Rate, 0)], Epsilon, Beta1, Beta2);
            PyTorch[] expected = [new(Plain.Read(decayed), Rate, Decay), new(Plain.Read(plain), 3 * Rate, 0)];
            var schedule = new LearningRateSchedule(LearningRateShape.Linear, 5, 20);
            for (int step = 0; step < 20; step++)
            {
                double[][] gradients = [Gradient(step, 0), Gradient(step, 1)];
                Put(decayed, gradients[0]);
                Put(plain, gradients[1]);
                double norm = GradientNorm.Of([decayed, plain]);
                norm.Should().BeApproximately(Math.Sqrt(gradients.Sum(gradient => gradient.Sum(g => g * g))), 1e-5);
                optimiser.Step(schedule.FactorAt(step), GradientNorm.Coefficient(norm, MaxNorm));
                for (int i = 0; i < 2; i++) expected[i].Step(gradients[i], schedule.FactorAt(step), Math.Min(1, MaxNorm / (norm + 1e-6)));
            }

            // The weights moved by up to 0.3; β₂ as a float is off by 1e-5 of the distance to 1.
            AssertClose(Plain.Read(decayed), expected[0].Weights);
            AssertClose(Plain.Read(plain), expected[1].Weights);
        }

        backend.LiveBytes.Should().Be(0);
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void A_parameter_without_gradient_is_left_alone_and_counts_its_own_steps(string name)
    {
        using IBackend backend = TestBackends.Open(name);
        using var scene = new Scene(backend);
        Parameter often = scene.Parameter("often", Elements), seldom = scene.Parameter("seldom", Elements);
        using var optimiser = new AdamW([new("all", [often, seldom], Rate, Decay)]);
        var expected = new PyTorch(Plain.Read(seldom), Rate, Decay);
        for (int step = 0; step < 6; step++)
        {
            Put(often, Gradient(step, 0));
            seldom.ZeroGrad();
            if (step % 3 == 2)
            {
                Put(seldom, Gradient(step, 1));
                expected.Step(Gradient(step, 1), 1, 1);
            }

            optimiser.Step(1, 1f);
        }

        AssertClose(Plain.Read(seldom), expected.Weights);
        optimiser.States().Select(pair => pair.State.Step).Should().Equal(6, 2);
    }

    [Fact]
    public void States_can_be_saved_and_restored()
    {
        using IBackend backend = TestBackends.Open("reference");
        using var scene = new Scene(backend);
        Parameter first = scene.Parameter("first", Elements), second = scene.Parameter("second", Elements);
        backend.Copy(first.Value, second.Value);
        using var before = new AdamW([new("all", [first], Rate, Decay)]);
        for (int step = 0; step < 3; step++)
        {
            Put(first, Gradient(step, 0));
            before.Step(1, 1f);
        }

        using var after = new AdamW([new("all", [second], Rate, Decay)]);
        (AdamW.State saved, AdamW.State restored) = (before.States().Single().State, after.States().Single().State);
        backend.Copy(saved.Mean, restored.Mean);
        backend.Copy(saved.Variance, restored.Variance);
        restored.Step = saved.Step;
        backend.Copy(first.Value, second.Value);
        foreach ((Parameter parameter, AdamW optimiser) in new[] { (first, before), (second, after) })
        {
            Put(parameter, Gradient(3, 0));
            optimiser.Step(1, 1f);
        }

        second.Value.ToArray().Should().Equal(first.Value.ToArray());
    }

    private static double[] Gradient(int step, ulong stream)
    {
        var random = new RandomStream((ulong)step, stream);
        return [.. Enumerable.Range(0, Elements).Select(_ => (double)random.Normal())];
    }

    private static void Put(Parameter parameter, double[] gradient) => parameter.GradTarget(out _).CopyFrom([.. gradient.Select(g => (float)g)]);

    private static void AssertClose(double[] found, double[] expected)
    {
        for (int i = 0; i < found.Length; i++) found[i].Should().BeApproximately(expected[i], 5e-6, "element {0}", i);
    }

    // torch/optim/adamw.py, _single_tensor_adamw, in its order.
    private sealed class PyTorch(double[] weights, double rate, double decay)
    {
        private readonly double[] mean = new double[weights.Length], variance = new double[weights.Length];
        private int steps;

        public double[] Weights => weights;

        public void Step(double[] gradient, double factor, double clip)
        {
            steps++;
            double lr = rate * factor, stepSize = lr / (1 - Math.Pow(Beta1, steps)), root = Math.Sqrt(1 - Math.Pow(Beta2, steps));
            for (int i = 0; i < weights.Length; i++)
            {
                double g = gradient[i] * clip;
                weights[i] *= 1 - (lr * decay);
                mean[i] += (g - mean[i]) * (1 - Beta1);
                variance[i] = (variance[i] * Beta2) + (g * g * (1 - Beta2));
                weights[i] -= stepSize * mean[i] / ((Math.Sqrt(variance[i]) / root) + Epsilon);
            }
        }
    }
}
