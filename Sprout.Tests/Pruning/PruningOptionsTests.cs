// Options: what is refused, and in which words.
using Sprout.Pruning;
using Sprout.Pruning.Methods;
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
        Refused(new PruningOptions { Method = method }, $"Method {method} needs Density*");
        foreach (PruningScope scope in Enum.GetValues<PruningScope>()) new PruningOptions { Method = method, Density = 1, Scope = scope }.Validate(10);
    }

    [Theory]
    [InlineData("soft-movement")]
    [InlineData("l0")]
    public void Methods_with_thresholds_need_none_and_have_no_global_scope(string method)
    {
        new PruningOptions { Method = method }.Validate(10);
        Refused(new PruningOptions { Method = method, Scope = PruningScope.Global }, $"Method {method} has no global scope*");
    }

    [Fact]
    public void The_defaults_are_those_of_the_command()
    {
        var options = new PruningOptions();
        options.Validate(0);
        (options.Method, options.IsPruning, options.Density, options.InitialDensity, options.Threshold, options.Lambda)
            .Should().Be(("none", false, null, 1, 0.1, 0));
        (options.Scope, options.ScoreLearningRate, options.ScoreInit, options.ScoreScale, options.Block)
            .Should().Be((PruningScope.Local, 1e-2, ScoreInit.Constant, null, new BlockShape(1, 1)));
        (options.InitialWarmup, options.FinalWarmup, options.L0Noise, options.InitScores).Should().Be((1, 1, true, null));
        PruningMethods.Names.Take(5).Should().Equal("magnitude", "movement", "soft-movement", "l0", "random");
        PruningMethods.Create(options with { Method = "l0" }).DefaultScoreScale.Should().Be(2.197);
        PruningMethods.Create(options with { Method = "soft-movement" }).DefaultScoreScale.Should().Be(0);
    }

    [Fact]
    public void Each_value_has_its_range()
    {
        Refused(Good with { Method = "magic" }, "Method: expected none or one of magnitude, movement, soft-movement, l0, random*, found \"magic\".");
        foreach (double density in (double[])[0, -0.1, 1.5, double.NaN])
            Refused(Good with { Density = density }, "Density: expected above 0 and at most 1, found *");
        Refused(Good with { InitialDensity = 0 }, "InitialDensity: * found 0.");
        Refused(Good with { InitialDensity = 0.05 }, "InitialDensity 0.05 must not be below Density 0.1.");
        Refused(Good with { Threshold = 1 }, "Threshold: * found 1.");
        Refused(Good with { Lambda = -1 }, "Lambda: * found -1.");
        Refused(Good with { Lambda = double.PositiveInfinity }, "Lambda: *");
        Refused(Good with { ScoreLearningRate = -1 }, "ScoreLearningRate: * found -1.");
        Refused(Good with { ScoreScale = double.NaN }, "ScoreScale: *");
        Refused(Good with { ScheduleWarmup = -1 }, "ScheduleWarmup: * found -1.");
        Refused(Good with { InitialWarmup = -1 }, "InitialWarmup: * found -1.");
        Refused(Good with { FinalWarmup = -2 }, "FinalWarmup: * found -2.");
        Refused(Good with { Block = default }, "Block: * found 0x0.");
        Refused(Good with { ScheduleWarmup = 50 }, "*(i + f)·N = 100 must be below the run's 100 steps*");
        Refused(Good with { Method = "magnitude", InitScores = "a.safetensors" }, "InitScores a.safetensors has no use with Method magnitude*");
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
        parse.Should().Throw<OptionException>().WithMessage($"Block: expected rows x columns such as 32x32, found \"{text}\".");
    }

    private static void Refused(PruningOptions options, string message)
    {
        Action validate = () =>
        {
            options.Validate(100);
            PruningMethods.Create(options);
        };
        validate.Should().Throw<OptionException>().WithMessage(message);
    }
}
