// Accuracy of a classification.
namespace Sprout.Bert.Metrics;

/// <summary>Share of right predictions.</summary>
public static class Accuracy
{
    /// <summary>Right predictions over all, 0 to 1; 0 of no predictions.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static double Of(ReadOnlySpan<int> predictions, ReadOnlySpan<int> labels)
    {
        Lengths.ThrowIfDifferent(predictions.Length, labels.Length);
        if (labels.Length == 0) return 0;
        int right = 0;
        for (int i = 0; i < labels.Length; i++)
            if (predictions[i] == labels[i]) right++;
        return (double)right / labels.Length;
    }
}
