// The one check that all metrics share.
namespace Sprout.Bert.Metrics;

internal static class Lengths
{
    public static void ThrowIfDifferent(int predictions, int labels)
    {
        if (predictions != labels) throw new ArgumentException($"There are {predictions} predictions for {labels} labels.");
    }
}
