// Sigmoid on the host.
namespace Sprout.Bert.Metrics;

/// <summary>σ(x) = 1 / (1 + exp(−x)) of logits on the host, in double precision: the probabilities of independent labels.</summary>
public static class Sigmoid
{
    /// <summary>The probability of a logit.</summary>
    public static double Of(double logit) => 1 / (1 + Math.Exp(-logit));

    /// <summary>The labels with a probability of one half or more, by class id.</summary>
    public static IReadOnlyList<int> Likely(ReadOnlySpan<float> logits)
    {
        var ids = new List<int>();
        for (int id = 0; id < logits.Length; id++)
            if (logits[id] >= 0) ids.Add(id);
        return ids;
    }

    /// <summary>Mean over the labels of −(t · ln σ(x) + (1 − t) · ln σ(−x)), t being 1 where the label is present and else 0.</summary>
    public static double CrossEntropy(ReadOnlySpan<float> logits, IReadOnlyList<int> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        double sum = 0;
        for (int id = 0; id < logits.Length; id++) sum += Math.Max(logits[id], 0.0) + Math.Log(1 + Math.Exp(-Math.Abs((double)logits[id])));
        foreach (int id in labels) sum -= logits[id];
        return sum / logits.Length;
    }
}
