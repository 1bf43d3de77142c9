// Mean squared error of a regression.
namespace Sprout.Bert.Metrics;

/// <summary>Mean of the squared differences.</summary>
public static class MeanSquaredError
{
    /// <summary>Mean of (prediction − target)², in squared units of the target; 0 of no predictions.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static double Of(ReadOnlySpan<float> predictions, ReadOnlySpan<float> targets)
    {
        Lengths.ThrowIfDifferent(predictions.Length, targets.Length);
        double sum = 0;
        for (int i = 0; i < targets.Length; i++)
        {
            double difference = (double)predictions[i] - targets[i];
            sum += difference * difference;
        }

        return targets.Length == 0 ? 0 : sum / targets.Length;
    }
}
