// Per-class metrics by hand and against scikit-learn.
using System.Text.Json.Nodes;
using Sprout.Bert.Metrics;

namespace Sprout.Tests.Metrics;

public sealed class ConfusionMatrixTests
{
    private static readonly string[] Names = ["a", "b", "c"];

    [Fact]
    public void Values_by_hand()
    {
        var matrix = new ConfusionMatrix(Names, [0, 1, 1, 0, 1], [0, 0, 1, 1, 1]);
        int[] counts = [.. Enumerable.Range(0, 9).Select(i => matrix.Count(i / 3, i % 3))];
        counts.Should().Equal(1, 1, 0, 1, 2, 0, 0, 0, 0);
        matrix.Precision(0).Should().Be(0.5);
        matrix.Recall(1).Should().Be(2.0 / 3);
        matrix.F1(1).Should().Be(2.0 / 3);
        (matrix.Precision(2), matrix.Recall(2), matrix.F1(2), matrix.Support(2), matrix.Predicted(2)).Should().Be((0, 0, 0, 0, 0));
        ((Action)(() => _ = new ConfusionMatrix(Names, [3], [0]))).Should().Throw<ArgumentException>().WithMessage("*from 0 to 2, found 0 and 3*");
        ((Action)(() => _ = new ConfusionMatrix(Names, [1, 2], [0]))).Should().Throw<ArgumentException>();
    }

    [GoldenFact]
    public void Values_are_those_of_scikit_learn()
    {
        int cases = 0;
        foreach (string line in File.ReadLines(Path.Combine(GoldenFactAttribute.Folder!, "metrics", "classification.jsonl")))
        {
            JsonNode golden = JsonNode.Parse(line)!, expected = golden["expected"]!;
            int[] labels = Ids(golden["true"]!), predictions = Ids(golden["pred"]!);
            // scikit-learn's rows are the classes that it is told, else those that occur; of no examples it says nothing.
            int[] present = golden["labels"] is JsonNode told ? Ids(told) : [.. labels.Concat(predictions).Distinct().Order()];
            if (labels.Length == 0) continue;
            string[] names = [.. Enumerable.Range(0, present[^1] + 1).Select(id => $"{id}")];
            var matrix = new ConfusionMatrix(names, predictions, labels);
            for (int i = 0; i < present.Length; i++)
            {
                int label = present[i];
                JsonNode report = expected["report"]![$"{label}"]!;
                matrix.Precision(label).Should().BeApproximately(report["precision"]!.GetValue<double>(), 1e-12);
                matrix.Recall(label).Should().BeApproximately(report["recall"]!.GetValue<double>(), 1e-12);
                matrix.F1(label).Should().BeApproximately(report["f1-score"]!.GetValue<double>(), 1e-12);
                matrix.Support(label).Should().Be((int)report["support"]!.GetValue<double>());
                present.Select(other => matrix.Count(label, other)).Should().Equal(Ids(expected["confusion"]![i]!));
            }

            cases++;
        }

        cases.Should().BeGreaterThan(50);
    }

    private static int[] Ids(JsonNode array) => [.. array.AsArray().Select(id => id!.GetValue<int>())];
}
