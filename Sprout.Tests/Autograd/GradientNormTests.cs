// The global norm and the clipping coefficient.
using Sprout.Autograd;
using Sprout.Autograd.Optim;
using Sprout.Tensors.Reference;
using Sprout.Tests.Functions;

namespace Sprout.Tests.Autograd;

public sealed class GradientNormTests
{
    [Fact]
    public void The_norm_is_over_all_gradients_that_there_are()
    {
        using var backend = new ReferenceBackend();
        using (var scene = new Scene(backend))
        {
            Parameter a = scene.Parameter("a", 3), b = scene.Parameter("b", 2, 2), none = scene.Parameter("none", 5);
            backend.Fill(none.GradSum(), 100f);
            none.ZeroGrad();
            backend.Fill(a.GradSum(), 3f);
            backend.Fill(b.GradSum(), -2f);
            GradientNorm.Of([a, none, b]).Should().BeApproximately(Math.Sqrt(27 + 16), 1e-6);
            GradientNorm.Of([none]).Should().Be(0);
            GradientNorm.Of([]).Should().Be(0);
        }

        backend.LiveBytes.Should().Be(0);
    }

    [Theory]
    [InlineData(4.0, 1.0, 0.25)]
    [InlineData(0.5, 1.0, 1.0)]
    [InlineData(0.0, 1.0, 1.0)]
    [InlineData(100.0, 0.0, 1.0)]
    [InlineData(1e30, 1.0, 1e-30)]
    public void The_coefficient_brings_the_norm_to_the_maximum(double norm, double max, double coefficient) =>
        GradientNorm.Coefficient(norm, max).Should().BeApproximately((float)coefficient, 1e-6f);

    [Fact]
    public void The_coefficient_is_PyTorchs() => GradientNorm.Coefficient(3, 1).Should().Be((float)(1 / (3 + 1e-6)));
}
