// Softmax on the host.
namespace Sprout.Bert.Metrics;

/// <summary>softmax(x)ᵢ = exp(xᵢ) / Σ exp(xⱼ) of a few logits on the host, in double precision.</summary>
public static class Softmax
{
    /// <summary>ln Σ exp(xᵢ); −∞ of none.</summary>
    public static double LogSumExp(ReadOnlySpan<float> logits)
    {
        double max = double.NegativeInfinity, sum = 0;
        foreach (float logit in logits) max = Math.Max(max, logit);
        if (double.IsNegativeInfinity(max)) return max;
        foreach (float logit in logits) sum += Math.Exp(logit - max);
        return max + Math.Log(sum);
    }

    /// <summary>−ln softmax(x)[target].</summary>
    public static double CrossEntropy(ReadOnlySpan<float> logits, int target) => LogSumExp(logits) - logits[target];

    /// <summary>The probabilities of all classes.</summary>
    /// <param name="logits">One a class.</param>
    /// <param name="probabilities">Receives as many.</param>
    public static void Probabilities(ReadOnlySpan<float> logits, Span<double> probabilities)
    {
        double max = double.NegativeInfinity, sum = 0;
        foreach (float logit in logits) max = Math.Max(max, logit);
        for (int i = 0; i < logits.Length; i++) sum += probabilities[i] = Math.Exp(logits[i] - max);
        for (int i = 0; i < logits.Length; i++) probabilities[i] /= sum;
    }

    /// <summary>The first of the largest logits; 0 of none.</summary>
    public static int ArgMax(ReadOnlySpan<float> logits)
    {
        int best = 0;
        for (int i = 1; i < logits.Length; i++)
            if (logits[i] > logits[best]) best = i;
        return best;
    }
}
