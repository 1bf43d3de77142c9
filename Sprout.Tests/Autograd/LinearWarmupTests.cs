// The schedule's corners.
using Sprout.Autograd.Optim;

namespace Sprout.Tests.Autograd;

public sealed class LinearWarmupTests
{
    [Theory]
    [InlineData(0, 0.0)]
    [InlineData(1, 0.25)]
    [InlineData(3, 0.75)]
    [InlineData(4, 1.0)]
    [InlineData(5, 0.875)]
    [InlineData(11, 0.125)]
    [InlineData(12, 0.0)]
    [InlineData(100, 0.0)]
    public void Rises_over_the_warmup_and_falls_to_zero(int step, double factor) => new LinearWarmup(4, 12).FactorAt(step).Should().Be(factor);

    [Theory]
    [InlineData(0, 10, 0, 1.0)]
    [InlineData(0, 10, 9, 0.1)]
    [InlineData(10, 10, 9, 0.9)]
    [InlineData(10, 10, 10, 0.0)]
    [InlineData(20, 10, 10, 0.5)]
    [InlineData(20, 10, 20, 0.0)]
    [InlineData(0, 1, 0, 1.0)]
    [InlineData(0, 0, 0, 0.0)]
    public void Corners_are_those_of_transformers(int warmup, int total, int step, double factor) =>
        new LinearWarmup(warmup, total).FactorAt(step).Should().BeApproximately(factor, 1e-15);
}
