// Gradient descent against PyTorch's order of operations, in double.
using Sprout.Autograd;
using Sprout.Autograd.Optim;
using Sprout.Tensors;
using Sprout.Tests.Functions;

namespace Sprout.Tests.Autograd;

[Collection("backends")]
public sealed class SgdTests
{
    private const double Rate = 0.05, Decay = 0.1;
    private const int Elements = 37, Steps = 12;

    public static TheoryData<string, double> Cases
    {
        get
        {
            var data = new TheoryData<string, double>();
            foreach (string backend in ((IEnumerable<object[]>)TestBackends.All).Select(row => (string)row[0]))
                foreach (double momentum in new[] { 0, 0.9 }) data.Add(backend, momentum);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Steps_are_those_of_PyTorch(string name, double momentum)
    {
        using IBackend backend = TestBackends.Open(name);
        using (var scene = new Scene(backend))
        {
            Parameter weight = scene.Parameter("weight", Elements), untouched = scene.Parameter("untouched", Elements);
            double[] expected = Plain.Read(weight), direction = new double[Elements], before = Plain.Read(untouched);
            using var optimiser = new Sgd([new ParameterGroup("weights", [weight, untouched], Rate, Decay)], momentum);
            for (int step = 0; step < Steps; step++)
            {
                double[] gradient = [.. Enumerable.Range(0, Elements).Select(i => Math.Sin((step * 31) + i))];
                weight.ZeroGrad();
                weight.GradTarget(out _).CopyFrom([.. gradient.Select(value => (float)value)]);
                optimiser.Step(rateFactor: 0.5, gradientScale: 0.25f);
                for (int i = 0; i < Elements; i++)
                {
                    direction[i] = (momentum * direction[i]) + (0.25 * gradient[i]) + (Decay * expected[i]);
                    expected[i] -= 0.5 * Rate * direction[i];
                }
            }

            double[] found = Plain.Read(weight);
            for (int i = 0; i < Elements; i++) found[i].Should().BeApproximately(expected[i], 1e-6);
            Plain.Read(untouched).Should().Equal(before, "it has no gradient");
        }

        backend.LiveBytes.Should().Be(0);
    }
}
