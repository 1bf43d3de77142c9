// Options: what is refused, and in which words.
using Sprout.Pruning;
using Sprout.Tensors;

namespace Sprout.Tests.Pruning;

public sealed class PruningOptionsTests
{
    private static readonly PruningOptions Good = new() { Method = "movement", Density = 0.1 };

    [Theory]
    [InlineData("magnitude")]
    [InlineData("movement")]
    [InlineData("random")]
    public void Methods_that_select_need_a_density(string method)
    {
        Refused(new PruningOptions { Method = method }, $"--method {method} needs --density*");
        foreach (PruningScope scope in Enum.GetValues<PruningScope>()) new PruningOptions { Method = method, Density = 1, Scope = scope }.Validate(10);
    }

    [Theory]
    [InlineData("soft-movement")]
    [InlineData("l0")]
    public void Methods_with_thresholds_need_none_and_have_no_global_scope(string method)
    {
        new PruningOptions { Method = method }.Validate(10);
        Refused(new PruningOptions { Method = method, Scope = PruningScope.Global }, $"--method {method} has no global scope*");
    }

    [Fact]
    public void The_defaults_are_those_of_the_command()
    {
        var options = new PruningOptions();
        options.Validate(0);
        (options.Method, options.IsPruning, options.Density, options.InitialDensity, options.Threshold, options.Lambda).Should().Be(("none", false, null, 1, 0.1, 0));
        (options.Scope, options.ScoreLearningRate, options.ScoreInit, options.ScoreScale, options.Block).Should().Be((PruningScope.Local, 1e-2, ScoreInit.Constant, null, new BlockShape(1, 1)));
        (options.InitialWarmup, options.FinalWarmup, options.L0Noise, options.InitScores).Should().Be((1, 1, true, null));
        PruningMethods.Names.Should().Equal("magnitude", "movement", "soft-movement", "l0", "random");
        PruningMethods.Create("l0", options).DefaultScoreScale.Should().Be(2.197);
        PruningMethods.Create("soft-movement", options).DefaultScoreScale.Should().Be(0);
    }

    [Fact]
    public void Each_value_has_its_range()
    {
        Refused(Good with { Method = "magic" }, "--method must be none or one of magnitude, movement, soft-movement, l0, random, not \"magic\".");
        foreach (double density in (double[])[0, -0.1, 1.5, double.NaN]) Refused(Good with { Density = density }, "--density must be above 0 and at most 1, not *");
        Refused(Good with { InitialDensity = 0 }, "--initial-density * not 0.");
        Refused(Good with { InitialDensity = 0.05 }, "--initial-density 0.05 must not be below --density 0.1.");
        Refused(Good with { Threshold = 1 }, "--threshold * not 1.");
        Refused(Good with { Lambda = -1 }, "--lambda * not -1.");
        Refused(Good with { Lambda = double.PositiveInfinity }, "--lambda *");
        Refused(Good with { ScoreLearningRate = -1 }, "--score-learning-rate * not -1.");
        Refused(Good with { ScoreScale = double.NaN }, "--score-scale *");
        Refused(Good with { ScheduleWarmup = -1 }, "--schedule-warmup * not -1.");
        Refused(Good with { InitialWarmup = -1 }, "--initial-warmup * not -1.");
        Refused(Good with { FinalWarmup = -2 }, "--final-warmup * not -2.");
        Refused(Good with { Block = default }, "--block * not 0x0.");
        Refused(Good with { ScheduleWarmup = 50 }, "*(i + f)·N = 100 must be below the run's 100 steps*");
        Refused(Good with { Method = "magnitude", InitScores = "a.safetensors" }, "--init-scores a.safetensors has no use with --method magnitude*");
    }

    [Theory]
    [InlineData("32x16", 32, 16)]
    [InlineData("1X768", 1, 768)]
    public void Blocks_are_rows_times_columns(string text, int rows, int columns)
    {
        BlockShape.Parse(text).Should().Be(new BlockShape(rows, columns));
        new BlockShape(rows, columns).ToString().Should().Be($"{rows}x{columns}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("32")]
    [InlineData("0x4")]
    [InlineData("-1x4")]
    [InlineData("4x4x4")]
    [InlineData("4 x4")]
    [InlineData("99999999999x1")]
    public void Other_blocks_are_refused(string text)
    {
        Action parse = () => BlockShape.Parse(text);
        parse.Should().Throw<OptionException>().WithMessage($"--block takes rows x columns such as 32x32, not \"{text}\".");
    }

    private static void Refused(PruningOptions options, string message)
    {
        Action validate = () => options.Validate(100);
        validate.Should().Throw<OptionException>().WithMessage(message);
    }
}
