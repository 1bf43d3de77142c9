// The schedules' corners and the numbers of transformers and torch.
using Sprout.Autograd.Optim;

namespace Sprout.Tests.Autograd;

public sealed class LearningRateScheduleTests
{
    // torch.optim.lr_scheduler.OneCycleLR(max_lr=1, total_steps=20), pct_start 0.3 and 0.25.
    private static readonly double[] Cycle =
    [
        0.040000000000000036, 0.1316718427000253, 0.3716718427000253, 0.6683281572999747, 0.9083281572999747, 1.0, 0.9874640062350873,
        0.9504846320134737, 0.89091617757105, 0.8117456539497631, 0.7169430017913008, 0.6112620219362893, 0.500002, 0.38874197806371075,
        0.28306099820869923, 0.18825834605023697, 0.10908782242895004, 0.049519367986526286, 0.012539993764912554, 4e-06,
    ];

    private static readonly double[] ShortRise =
    [
        0.040000000000000036, 0.1805887450304573, 0.52, 0.8594112549695427, 1.0, 0.9890738440717014, 0.9567729017303851, 0.904508879153485,
        0.8345659649182164, 0.750001, 0.654509879153485, 0.5522660225769003, 0.4477379774230999, 0.3454941208465151, 0.2500030000000001,
        0.16543803508178376, 0.09549512084651508, 0.04323109826961479, 0.010930155928298624, 4e-06,
    ];

    [Theory]
    [InlineData(0, 0.0)]
    [InlineData(1, 0.25)]
    [InlineData(3, 0.75)]
    [InlineData(4, 1.0)]
    [InlineData(5, 0.875)]
    [InlineData(11, 0.125)]
    [InlineData(12, 0.0)]
    [InlineData(100, 0.0)]
    public void Linear_rises_over_the_warmup_and_falls_to_zero(int step, double factor) =>
        new LearningRateSchedule(LearningRateShape.Linear, 4, 12).FactorAt(step).Should().Be(factor);

    [Theory]
    [InlineData(0, 10, 0, 1.0)]
    [InlineData(0, 10, 9, 0.1)]
    [InlineData(10, 10, 9, 0.9)]
    [InlineData(10, 10, 10, 0.0)]
    [InlineData(20, 10, 10, 0.5)]
    [InlineData(20, 10, 20, 0.0)]
    [InlineData(0, 1, 0, 1.0)]
    [InlineData(0, 0, 0, 0.0)]
    public void Linear_corners_are_those_of_transformers(int warmup, int total, int step, double factor) =>
        new LearningRateSchedule(LearningRateShape.Linear, warmup, total).FactorAt(step).Should().BeApproximately(factor, 1e-15);

    [Theory]
    [InlineData(1, 0.25)]
    [InlineData(4, 1.0)]
    [InlineData(6, 0.853553390593273762)]
    [InlineData(8, 0.5)]
    [InlineData(12, 0.0)]
    [InlineData(100, 0.0)]
    public void Cosine_falls_by_half_a_wave(int step, double factor) =>
        new LearningRateSchedule(LearningRateShape.Cosine, 4, 12).FactorAt(step).Should().BeApproximately(factor, 1e-15);

    [Theory]
    [InlineData(0, 0.0)]
    [InlineData(3, 0.75)]
    [InlineData(4, 1.0)]
    [InlineData(12, 1.0)]
    public void Constant_stays_after_the_warmup(int step, double factor) =>
        new LearningRateSchedule(LearningRateShape.Constant, 4, 12).FactorAt(step).Should().Be(factor);

    [Fact]
    public void One_cycle_is_that_of_torch()
    {
        for (int step = 0; step < 20; step++)
        {
            new LearningRateSchedule(LearningRateShape.OneCycle, 0, 20).FactorAt(step).Should().BeApproximately(Cycle[step], 1e-12);
            new LearningRateSchedule(LearningRateShape.OneCycle, 5, 20).FactorAt(step).Should().BeApproximately(ShortRise[step], 1e-12);
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(1, 2)]
    public void One_cycle_of_a_step_or_two_is_finite(int warmup, int total)
    {
        for (int step = 0; step < total; step++)
            new LearningRateSchedule(LearningRateShape.OneCycle, warmup, total).FactorAt(step).Should().BeInRange(0, 1);
    }
}
