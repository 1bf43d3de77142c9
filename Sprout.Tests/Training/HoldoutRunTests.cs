// Runs that evaluate a part of their training file.
using System.Text.Json.Nodes;

namespace Sprout.Tests.Training;

public sealed class HoldoutRunTests(TinyRun tiny) : IClassFixture<TinyRun>
{
    [Fact]
    public void A_share_of_the_training_file_is_evaluated_and_not_trained_on()
    {
        int all = File.ReadLines(tiny.TrainFile).Count() - 1;
        string folder = tiny.Train("split", "--eval-file=- --eval-split=0.25");
        JsonNode results = TinyRun.ReadJson(folder, "all_results.json");
        double held = Math.Floor((0.25 * all) + 0.5);
        results["eval_samples"]!.GetValue<double>().Should().Be(held);
        results["train_samples"]!.GetValue<double>().Should().Be(all - held);
        string again = tiny.Train("again", "--eval-file=- --eval-split=0.25 --threads=2");
        File.ReadAllBytes(Path.Combine(again, "model.safetensors")).Should().Equal(File.ReadAllBytes(Path.Combine(folder, "model.safetensors")));
    }

    [Theory]
    [InlineData("--eval-split=0.25", "*--eval-split and --eval-file exclude each other*")]
    [InlineData("--eval-file=- --eval-split=1", "*--eval-split: expected above 0 and below 1, found 1*")]
    [InlineData("--eval-file=- --task=squad --eval-split=0.2", "*--eval-split: expected a task of texts with labels, found squad*")]
    public void What_cannot_be_meant_is_refused(string options, string message)
    {
        CommandResult result = TinyRun.Run(tiny.Arguments("refused", options));
        result.Code.Should().Be(2);
        result.Log.Should().Match(message);
    }
}
