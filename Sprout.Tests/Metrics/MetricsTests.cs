// Classification and regression metrics against hand-computed and numpy values.
using Sprout.Bert.Metrics;

namespace Sprout.Tests.Metrics;

public class MetricsTests
{
    private static readonly int[] Labels = [1, 0, 1, 1, 0, 0, 1, 0];
    private static readonly int[] Predictions = [1, 0, 0, 1, 1, 0, 1, 1];

    [Fact]
    public void Binary_values_by_hand()
    {
        // TP 3, FN 1, FP 2, TN 2.
        Accuracy.Of(Predictions, Labels).Should().Be(5.0 / 8);
        F1.Of(Predictions, Labels).Should().BeApproximately(2 * 3 / (2.0 * 3 + 2 + 1), 1e-15);
        F1.Of(Predictions, Labels, positive: 0).Should().BeApproximately(2 * 2 / (2.0 * 2 + 1 + 2), 1e-15);
        MatthewsCorrelation.Of(Predictions, Labels).Should().BeApproximately((3 * 2 - 2 * 1) / Math.Sqrt(5.0 * 4 * 4 * 3), 1e-15);
    }

    [Fact]
    public void Matthews_of_three_classes()
    {
        // c 5, s 6, p = (1, 3, 2), t = (2, 2, 2): (30 - 12) / sqrt((36 - 14) (36 - 12)).
        MatthewsCorrelation.Of([0, 1, 1, 1, 2, 2], [0, 0, 1, 1, 2, 2]).Should().BeApproximately(18 / Math.Sqrt(22.0 * 24), 1e-15);
    }

    [Fact]
    public void Perfect_and_opposite()
    {
        MatthewsCorrelation.Of(Labels, Labels).Should().Be(1);
        MatthewsCorrelation.Of([.. Labels.Select(label => 1 - label)], Labels).Should().Be(-1);
        F1.Of(Labels, Labels).Should().Be(1);
    }

    [Fact]
    public void Undefined_values_are_zero()
    {
        Accuracy.Of([], []).Should().Be(0);
        F1.Of([], []).Should().Be(0);
        F1.Of([0, 0], [0, 0]).Should().Be(0);
        F1.Of([0, 0], [1, 0]).Should().Be(0);
        MatthewsCorrelation.Of([], []).Should().Be(0);
        MatthewsCorrelation.Of([1, 1, 1], [1, 0, 1]).Should().Be(0);
        MatthewsCorrelation.Of([1, 0, 1], [1, 1, 1]).Should().Be(0);
        MatthewsCorrelation.Of([1, 1], [1, 1]).Should().Be(0);
        Pearson.Of([], []).Should().Be(0);
        Pearson.Of([1f], [2f]).Should().Be(0);
        Pearson.Of([0.1f, 0.1f, 0.1f], [1f, 2f, 3f]).Should().Be(0);
        Pearson.Of([1f, 2f, 3f], [0.1f, 0.1f, 0.1f]).Should().Be(0);
        Spearman.Of([5f, 5f, 5f], [1f, 2f, 3f]).Should().Be(0);
        Spearman.Of([], []).Should().Be(0);
        MeanSquaredError.Of([], []).Should().Be(0);
    }

    [Fact]
    public void Correlations_by_numpy()
    {
        float[] x = [2.5f, 0f, 4.75f, 3.2f, 3.2f, 1.5f, 5f], y = [3f, 0.5f, 4f, 4f, 2f, 2f, 4.8f];
        Pearson.Of(x, y).Should().BeApproximately(0.9043759808289064, 1e-12);
        Spearman.Of(x, y).Should().BeApproximately(0.8807710121010887, 1e-12);
        MeanSquaredError.Of(x, y).Should().BeApproximately(0.4903571374075812, 1e-12);
    }

    [Fact]
    public void Correlations_stay_in_range_and_show_nan()
    {
        float[] x = [1e-20f, 2e-20f, 3e-20f], y = [1e20f, 2e20f, 3e20f];
        Pearson.Of(x, y).Should().BeInRange(1 - 1e-12, 1);
        Pearson.Of(x, [3f, 2f, 1f]).Should().BeInRange(-1, -1 + 1e-12);
        Spearman.Of([1f, 10f, 100f], [1f, 2f, 3f]).Should().BeApproximately(1, 1e-15);
        Pearson.Of([float.NaN, 1f, 2f], [1f, 2f, 3f]).Should().Be(double.NaN);
        Spearman.Of([1f, 1f, 2f], [1f, float.NaN, 3f]).Should().Be(double.NaN);
    }

    [Fact]
    public void Lengths_must_agree()
    {
        foreach (Action action in new Action[]
        {
            () => Accuracy.Of([1], []), () => F1.Of([1], []), () => MatthewsCorrelation.Of([1], []),
            () => Pearson.Of([1f], []), () => Spearman.Of([1f], []), () => MeanSquaredError.Of([1f], []),
        })
        {
            action.Should().Throw<ArgumentException>();
        }
    }
}
