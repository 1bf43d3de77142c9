// Pearson correlation of a regression.
namespace Sprout.Bert.Metrics;

/// <summary>Linear correlation of predictions and targets.</summary>
public static class Pearson
{
    /// <summary>
    /// Pearson's r, −1 to 1, in double arithmetic. Where it is undefined (fewer than two values, or either side constant) it is 0, so that
    /// result files stay valid JSON; scipy says NaN there. A NaN among the values gives NaN.
    /// </summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static double Of(ReadOnlySpan<float> predictions, ReadOnlySpan<float> targets)
    {
        double[] x = new double[predictions.Length], y = new double[targets.Length];
        for (int i = 0; i < x.Length; i++) x[i] = predictions[i];
        for (int i = 0; i < y.Length; i++) y[i] = targets[i];
        return Of(x, y);
    }

    internal static double Of(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        Lengths.ThrowIfDifferent(x.Length, y.Length);
        // Equality, not a zero variance: the mean of equal values may round away from them.
        if (x.Length < 2 || IsConstant(x) || IsConstant(y)) return 0;
        double meanX = Mean(x), meanY = Mean(y), xx = 0, yy = 0, xy = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double dx = x[i] - meanX, dy = y[i] - meanY;
            xx += dx * dx;
            yy += dy * dy;
            xy += dx * dy;
        }

        return Math.Clamp(xy / (Math.Sqrt(xx) * Math.Sqrt(yy)), -1, 1);
    }

    private static bool IsConstant(ReadOnlySpan<double> values) => !values.ContainsAnyExcept(values[0]) && !double.IsNaN(values[0]);

    private static double Mean(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values) sum += value;
        return sum / values.Length;
    }
}
