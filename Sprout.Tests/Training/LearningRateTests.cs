// Warm-up and schedule of whole runs.
namespace Sprout.Tests.Training;

public sealed class LearningRateTests(TinyRun tiny) : IClassFixture<TinyRun>
{
    [Fact]
    public void A_ratio_is_a_share_of_the_steps_rounded_up()
    {
        string steps = tiny.Train("steps", "--warmup-steps=2 --method=magnitude --density=0.4"),
            ratio = tiny.Train("ratio", "--warmup-ratio=0.3 --method=magnitude --density=0.4");
        File.ReadAllBytes(Path.Combine(ratio, "model.safetensors")).Should().Equal(File.ReadAllBytes(Path.Combine(steps, "model.safetensors")));
    }

    [Theory]
    [InlineData("linear", 0.4)]
    [InlineData("cosine", 0.345491502812526)]
    [InlineData("constant", 1)]
    public void The_log_has_the_rates_of_the_schedule(string schedule, double factor)
    {
        string folder = tiny.Train(schedule, $"--lr-schedule={schedule} --warmup-steps=1");
        double[] rates = [.. TinyRun.ReadJson(folder, "trainer_state.json")["log_history"]!.AsArray()
            .Where(entry => entry!["learning_rate"] is not null).Select(entry => entry!["learning_rate"]!.GetValue<double>())];
        rates.Should().HaveCount(6);
        rates[0].Should().Be(0);
        rates[4].Should().BeApproximately(factor * 1e-3, 1e-15);
    }

    [Theory]
    [InlineData("--warmup-ratio=0.5 --warmup-steps=1", "*--warmup-steps and --warmup-ratio exclude each other*")]
    [InlineData("--warmup-ratio=1.5", "*--warmup-ratio: expected 0 to 1, found 1.5*")]
    public void What_cannot_be_meant_is_refused(string options, string message)
    {
        CommandResult result = TinyRun.Run(tiny.Arguments("refused", options));
        result.Code.Should().Be(2);
        result.Log.Should().Match(message);
    }
}
