// F1 of a binary classification.
namespace Sprout.Bert.Metrics;

/// <summary>Harmonic mean of precision and recall.</summary>
public static class F1
{
    /// <summary>
    /// 2·TP / (2·TP + FP + FN) for the class <paramref name="positive"/>, 0 to 1; 0 when the class is neither predicted nor present.
    /// </summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static double Of(ReadOnlySpan<int> predictions, ReadOnlySpan<int> labels, int positive = 1)
    {
        Lengths.ThrowIfDifferent(predictions.Length, labels.Length);
        int predicted = predictions.Count(positive), present = labels.Count(positive), both = 0;
        for (int i = 0; i < labels.Length; i++)
            if (predictions[i] == positive && labels[i] == positive) both++;
        return both == 0 ? 0 : 2.0 * both / ((double)predicted + present);
    }
}
