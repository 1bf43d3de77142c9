// The cubic schedule at its corners.
using Sprout.Pruning;
using Sprout.Tensors;

namespace Sprout.Tests.Pruning;

public sealed class SparsityScheduleTests
{
    [Fact]
    public void It_is_flat_then_cubic_then_flat()
    {
        var schedule = new SparsitySchedule(totalSteps: 100, warmup: 10, initialWarmup: 1, finalWarmup: 2);
        for (int t = 0; t <= 10; t++) schedule.ValueAt(t, 1, 0.1).Should().Be(1, "step {0}", t);
        for (int t = 81; t < 100; t++) schedule.ValueAt(t, 1, 0.1).Should().Be(0.1, "step {0}", t);
        schedule.ValueAt(80, 1, 0.1).Should().BeApproximately(0.1, 1e-15);
        schedule.ValueAt(45, 1, 0.1).Should().BeApproximately(0.1 + (0.9 * 0.125), 1e-15, "half way one eighth is left");
        for (int t = 11; t <= 80; t++)
        {
            double rest = 1 - ((t - 10) / 70.0);
            schedule.ValueAt(t, 1, 0.1).Should().BeApproximately(0.1 + (0.9 * rest * rest * rest), 1e-14).And.BeLessThan(schedule.ValueAt(t - 1, 1, 0.1));
        }
    }

    [Fact]
    public void Without_warmup_it_falls_from_the_second_step_on()
    {
        var schedule = new SparsitySchedule(10, 0, 1, 1);
        schedule.ValueAt(0, 1, 0.5).Should().Be(1);
        schedule.ValueAt(1, 1, 0.5).Should().BeLessThan(1);
        schedule.ValueAt(9, 1, 0.5).Should().BeApproximately(0.5 + (0.5 * 0.001), 1e-12, "evaluation takes the final value, not the last step's");
    }

    [Fact]
    public void A_flat_start_over_the_whole_run_is_allowed()
    {
        var schedule = new SparsitySchedule(totalSteps: 30, warmup: 29, initialWarmup: 1, finalWarmup: 0);
        for (int t = 0; t < 30; t++) schedule.ValueAt(t, 1, 0.03).Should().Be(1);
        new PruningStep(30, IsEvaluation: true, schedule, 0).Value(1, 0.03).Should().Be(0.03);
    }

    [Theory]
    [InlineData(400, 150, 1, 2)]
    [InlineData(450, 150, 1, 2)]
    [InlineData(1, 1, 1, 0)]
    [InlineData(0, 0, 1, 1)]
    [InlineData(100, int.MaxValue, 2, 2)]
    public void No_ramp_is_an_error_with_the_numbers(int steps, int warmup, int initial, int final)
    {
        Action create = () => _ = new SparsitySchedule(steps, warmup, initial, final);
        create.Should().Throw<OptionException>().WithMessage(
            $"*(i + f)·N = {(long)(initial + final) * warmup} must be below the run's {steps} steps: "
            + $"InitialWarmup {initial}, FinalWarmup {final}, ScheduleWarmup {warmup};*");
    }

    [Fact]
    public void One_step_of_ramp_is_enough() => new SparsitySchedule(451, 150, 1, 2).ValueAt(151, 1, 0.5).Should().Be(0.5);
}
