// Metrics of label sets.
using System.Text.Json.Nodes;
using Sprout.Bert.Metrics;

namespace Sprout.Tests.Metrics;

public sealed class LabelCountsTests
{
    [Fact]
    public void Sets_are_counted_by_label()
    {
        var counts = new LabelCounts(["a", "b", "c"], [[0, 1], [], [2]], [[0], [2], [2]]);
        Enumerable.Range(0, 3).Select(counts.Support).Should().Equal(1, 0, 2);
        Enumerable.Range(0, 3).Select(counts.Predicted).Should().Equal(1, 1, 1);
        Enumerable.Range(0, 3).Select(counts.Found).Should().Equal(1, 0, 1);
        counts.SubsetAccuracy.Should().BeApproximately(1 / 3.0, 1e-15);
        counts.MicroF1.Should().BeApproximately(4 / 6.0, 1e-15);
        counts.MacroF1.Should().BeApproximately((1 + 0 + (2 / 3.0)) / 3, 1e-15);
    }

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        ((Action)(() => _ = new LabelCounts(["a"], [[0]], []))).Should().Throw<ArgumentException>();
        ((Action)(() => _ = new LabelCounts(["a"], [[1]], [[0]]))).Should().Throw<ArgumentException>().WithMessage("*0 to 0, found 1*");
    }

    [GoldenFact]
    public void Values_are_those_of_scikit_learn()
    {
        int cases = 0;
        foreach (string line in File.ReadLines(Path.Combine(GoldenFactAttribute.Folder!, "metrics", "multilabel.jsonl")))
        {
            JsonNode golden = JsonNode.Parse(line)!, expected = golden["expected"]!;
            double threshold = golden["threshold"]!.GetValue<double>();
            IReadOnlyList<int>[] labels = Sets(golden["true"]!, 1), predictions = Sets(golden["scores"]!, threshold);
            if (labels.Length == 0) continue;
            double[] perLabel = [.. expected["per_label"]!["f1"]!.AsArray().Select(value => value!.GetValue<double>())];
            var counts = new LabelCounts([.. perLabel.Select((_, id) => $"{id}")], predictions, labels);
            counts.SubsetAccuracy.Should().BeApproximately(expected["subset_accuracy"]!.GetValue<double>(), 1e-12);
            counts.MicroF1.Should().BeApproximately(expected["micro"]!["f1"]!.GetValue<double>(), 1e-12);
            counts.MacroF1.Should().BeApproximately(expected["macro"]!["f1"]!.GetValue<double>(), 1e-12);
            for (int id = 0; id < perLabel.Length; id++) counts.F1(id).Should().BeApproximately(perLabel[id], 1e-12);
            cases++;
        }

        cases.Should().BeGreaterThan(40);
    }

    private static IReadOnlyList<int>[] Sets(JsonNode rows, double threshold) => [.. rows.AsArray().Select(row => (IReadOnlyList<int>)
        [.. row!.AsArray().Select((value, id) => (Value: value!.GetValue<double>(), Id: id)).Where(item => item.Value >= threshold).Select(item => item.Id)])];
}
