// SQuAD's measures against values of an independent Python program written from the description of the official script.
using Sprout.Bert.Metrics;

namespace Sprout.Tests.Metrics;

public class SquadMetricsTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("The  Cat's a-b, an apple!", "cats ab apple")]
    [InlineData("a", "")]
    [InlineData("U.S.A.", "usa")]
    [InlineData("theater another", "theater another")]
    [InlineData("\u00A0the\u3000x\u001Cy", "x y")]
    [InlineData("—the—", "— —")]
    [InlineData("“a”", "“ ”")]
    [InlineData("a\u0301b", "\u0301b")]
    [InlineData("the_ end", "end")]
    [InlineData("1the the1", "1the the1")]
    [InlineData("😀the😀", "😀 😀")]
    [InlineData("ÀÉ Straße", "àé straße")]
    [InlineData("5 € $5", "5 € 5")]
    public void Answers_are_normalised(string answer, string expected) => SquadMetrics.Normalize(answer).Should().Be(expected);

    [Fact]
    public void The_best_reference_counts()
    {
        SquadMetrics.ExactMatch("the cat", ["a dog", "Cat."]).Should().Be(100);
        SquadMetrics.ExactMatch("the cat", ["a dog"]).Should().Be(0);
        // Common words "x y": precision 2/3, recall 2/4.
        SquadMetrics.F1("x y z", ["u", "x y v w"]).Should().BeApproximately(400.0 / 7, 1e-12);
        SquadMetrics.F1("x x y", ["x y y"]).Should().BeApproximately(200.0 / 3, 1e-12);
        SquadMetrics.F1("the", ["a"]).Should().Be(0);
        SquadMetrics.ExactMatch("the", ["a"]).Should().Be(100);
        SquadMetrics.F1("x", []).Should().Be(0);
    }

    [Fact]
    public void Scores_are_means_in_percent()
    {
        IReadOnlyDictionary<string, double> scores = SquadMetrics.Score(["x", "x y", ""], [["X"], ["x"], ["z"]]);
        scores["exact_match"].Should().BeApproximately(100.0 / 3, 1e-12);
        scores["f1"].Should().BeApproximately((100 + 200.0 / 3) / 3, 1e-12);
        SquadMetrics.Score([], []).Values.Should().Equal(0, 0);
        FluentActions.Invoking(() => SquadMetrics.Score(["x"], [])).Should().Throw<ArgumentException>();
    }
}
