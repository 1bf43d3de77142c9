// Spearman rank correlation of a regression.
namespace Sprout.Bert.Metrics;

/// <summary>Pearson correlation of the ranks.</summary>
public static class Spearman
{
    /// <summary>
    /// Spearman's ρ, −1 to 1; equal values share the mean of their ranks. Undefined cases are 0 and NaN gives NaN, as in
    /// <see cref="Pearson.Of(ReadOnlySpan{float}, ReadOnlySpan{float})"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static double Of(ReadOnlySpan<float> predictions, ReadOnlySpan<float> targets)
    {
        Lengths.ThrowIfDifferent(predictions.Length, targets.Length);
        foreach (float value in predictions)
            if (float.IsNaN(value)) return double.NaN;
        foreach (float value in targets)
            if (float.IsNaN(value)) return double.NaN;
        return Pearson.Of(Ranks(predictions), Ranks(targets));
    }

    private static double[] Ranks(ReadOnlySpan<float> values)
    {
        float[] sorted = values.ToArray();
        int[] order = new int[values.Length];
        for (int i = 0; i < order.Length; i++) order[i] = i;
        Array.Sort(sorted, order);
        double[] ranks = new double[values.Length];
        for (int first = 0, last; first < sorted.Length; first = last + 1)
        {
            last = first;
            while (last + 1 < sorted.Length && sorted[last + 1] == sorted[first]) last++;
            for (int i = first; i <= last; i++) ranks[order[i]] = (first + last) / 2.0;
        }

        return ranks;
    }
}
