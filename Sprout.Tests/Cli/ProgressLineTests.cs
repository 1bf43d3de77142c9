// What a progress line shows at every width, and what evaluations count in it.
using Sprout.Bert.Training;
using Sprout.Cli.Shell;
using Sprout.Pruning.Runs;
using Sprout.Tests.Training;

namespace Sprout.Tests.Cli;

public sealed class ProgressLineTests
{
    private static readonly TrainerProgress Training =
        new("train", 1200, 30000, 0.4, 0.6931, "matthews_correlation 0.5312", 0.5, 12345, 0.04, new TimeSpan(1, 6, 12, 5));

    private static readonly TrainerProgress Evaluating = new("eval", 3, 14, 0, double.NaN, null, 1, 99999, 0.5, new TimeSpan(0, 0, 7));

    [Fact]
    public void The_time_left_is_there_at_every_width_and_nothing_wraps()
    {
        foreach (TrainerProgress value in (TrainerProgress[])[Training, Evaluating])
        {
            for (int width = 20; width <= 200; width++)
            {
                string line = ProgressLine.Render(value, width);
                line.Length.Should().BeLessThanOrEqualTo(width);
                line.Should().EndWith(value == Training ? "30:12:05 left" : "00:00:07 left").And.NotContain("NaN");
                line.Should().MatchRegex("^[ -~]*$", "other characters are two columns wide on some terminals");
            }
        }
    }

    [Fact]
    public void The_least_important_goes_first()
    {
        string[] byWorth = ["12345 tokens/s", "epoch 0.40", "density 50.0 %", "matthews_correlation 0.5312", "loss 0.6931", "#", "train 1200/30000"];
        int shown = 0;
        for (int width = 20; width <= 200; width++)
        {
            string line = ProgressLine.Render(Training with { Done = 0.9 }, width);
            bool[] there = [.. byWorth.Select(line.Contains)];
            there.Should().BeInAscendingOrder("what goes first stands first, at width {0}", width);
            there.Count(item => item).Should().BeGreaterThanOrEqualTo(shown, "nothing leaves as a screen grows");
            shown = there.Count(item => item);
        }

        shown.Should().Be(byWorth.Length);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.5, 9)]
    [InlineData(1, 18)]
    public void The_bar_is_as_full_as_the_work_is_done(double done, int full) =>
        ProgressLine.Render(Training with { Done = done }, 200).Should().StartWith($"[{new string('#', full)}{new string('.', 18 - full)}] ");

    [Theory]
    [InlineData(1, 6)]
    [InlineData(2, 3)]
    [InlineData(0, 1)]
    public void Evaluations_are_counted_in_the_work(int every, int evaluations)
    {
        using var tiny = new TinyRun();
        var reports = new List<TrainerProgress>();
        var recipe = new Recipe
        {
            Task = new() { Model = tiny.Model, Task = "sst2", TrainFile = [tiny.TrainFile], EvalFile = tiny.EvalFile, MaxLength = 16 },
            Training = new() { BatchSize = 4, MaxSteps = 6, EvalEvery = every, EvalBatchSize = 8 },
            Device = new() { Threads = 1 },
        };
        Run.Execute(recipe, null, new RunSetup { Progress = new Listener(reports.Add) });
        // Twenty examples are three batches of eight.
        reports.Where(report => report.Stage == TrainerProgress.Evaluation).Should().HaveCount(3 * evaluations);
        reports[^1].Should().Match<TrainerProgress>(report => report.Done == 1 && report.Remaining == TimeSpan.Zero);
        reports[..^1].Should().OnlyContain(report => report.Done < 1 && report.Remaining > TimeSpan.Zero);
        reports.Single(report => report.Stage == TrainerProgress.Training && report.Step == 6).Done.Should().BeLessThan(1, "an evaluation follows");
    }

    [Fact]
    public void Messages_stand_on_lines_of_their_own()
    {
        using var text = new StringWriter();
        using var messages = new MessageWriter(text, isScreen: true);
        messages.Redraw("[##..] train 1/2");
        messages.Redraw("[####] left");
        messages.WriteLine("Cancelling.");
        messages.WriteLine("Next.");
        text.ToString().Split(Environment.NewLine).Should().Equal("\r[##..] train 1/2\r[####] left     ", "Cancelling.", "Next.", "");
    }

    [Theory]
    [InlineData("train --model=a/b --output out", "sprout train --model=a/b --output out --resume")]
    [InlineData("train --output|my runs/1", "sprout train --output 'my runs/1' --resume")]
    [InlineData("train --options|it's", @"sprout train --options 'it'\''s' --resume")]
    [InlineData("train --overwrite --output out --resume", "sprout train --output out --resume")]
    [InlineData("train --overwrite_output_dir=true --resume false --output out", "sprout train --output out --resume")]
    public void The_command_that_continues_a_run_is_as_it_was_typed(string arguments, string command)
    {
        string[] typed = arguments.Contains('|', StringComparison.Ordinal) ? arguments.Split(' ')[0..1] : arguments.Split(' ');
        if (arguments.Contains('|', StringComparison.Ordinal)) typed = [.. typed, .. arguments["train ".Length..].Split('|')];
        if (!OperatingSystem.IsWindows()) CommandLine.ToResume(typed).Should().Be(command);
    }
}
