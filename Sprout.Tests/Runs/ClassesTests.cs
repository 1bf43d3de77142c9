// What a run says of every class.
using System.Text.Json.Nodes;
using Sprout.Tests.Training;

namespace Sprout.Tests.Runs;

public sealed class ClassesTests(TinyRun tiny) : IClassFixture<TinyRun>
{
    [Fact]
    public void A_classification_leaves_its_confusion_matrix()
    {
        CommandResult result = TinyRun.Run(tiny.Arguments("classes"));
        result.Code.Should().Be(0, result.Log);
        JsonNode classes = TinyRun.ReadJson(tiny.PathOf("classes"), "eval_classes.json")["eval"]!;
        JsonNode results = TinyRun.ReadJson(tiny.PathOf("classes"), "eval_results.json");
        int[][] counts = [.. classes["confusion"]!.AsArray().Select(row => row!.AsArray().Select(count => count!.GetValue<int>()).ToArray())];
        int all = counts.Sum(row => row.Sum());
        all.Should().Be((int)results["eval_samples"]!.GetValue<double>());
        results["eval_accuracy"]!.GetValue<double>().Should().Be((double)(counts[0][0] + counts[1][1]) / all);
        classes["classes"]!.AsArray().Select(of => of!["examples"]!.GetValue<int>()).Should().Equal(counts[0].Sum(), counts[1].Sum());
        result.Log.Should().MatchRegex(@"class +precision +recall +F1 +count +as 0 +as 1");
        result.Output.Should().NotContain("precision");
    }
}
