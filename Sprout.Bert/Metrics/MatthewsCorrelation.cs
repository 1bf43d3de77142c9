// Matthews correlation coefficient of a classification.
namespace Sprout.Bert.Metrics;

/// <summary>Matthews correlation coefficient for any number of classes (Gorodkin's R_K; with two classes the usual phi).</summary>
public static class MatthewsCorrelation
{
    /// <summary>
    /// (c·s − Σ pₖtₖ) / √((s² − Σ pₖ²)(s² − Σ tₖ²)) with c right predictions of s, pₖ predictions and tₖ labels of class k; −1 to 1.
    /// It is 0 when all predictions, or all labels, are of one class, and of no predictions.
    /// </summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static double Of(ReadOnlySpan<int> predictions, ReadOnlySpan<int> labels)
    {
        Lengths.ThrowIfDifferent(predictions.Length, labels.Length);
        var predicted = new Dictionary<int, double>();
        var present = new Dictionary<int, double>();
        double right = 0, all = labels.Length;
        for (int i = 0; i < labels.Length; i++)
        {
            if (predictions[i] == labels[i]) right++;
            predicted[predictions[i]] = predicted.GetValueOrDefault(predictions[i]) + 1;
            present[labels[i]] = present.GetValueOrDefault(labels[i]) + 1;
        }

        double covariance = (right * all) - predicted.Sum(p => p.Value * present.GetValueOrDefault(p.Key));
        double predictionVariance = (all * all) - predicted.Values.Sum(p => p * p);
        double labelVariance = (all * all) - present.Values.Sum(t => t * t);
        return predictionVariance == 0 || labelVariance == 0 ? 0 : covariance / Math.Sqrt(predictionVariance * labelVariance);
    }
}
