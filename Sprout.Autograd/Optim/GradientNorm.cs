// The global norm of all gradients, for clipping.
using Sprout.Tensors;

namespace Sprout.Autograd.Optim;

/// <summary>The norm over all gradients of a step, and the clipping coefficient that follows from it.</summary>
public static class GradientNorm
{
    /// <summary>√ Σ g² over all parameters that have a gradient; waits for the device once.</summary>
    /// <param name="parameters">All trained parameters.</param>
    /// <param name="masked">Those of them whose gradients, and their scores', <see cref="AdamW"/> forms during the update.</param>
    public static double Of(IReadOnlyList<Parameter> parameters, IReadOnlyList<MaskedWeight>? masked = null)
    {
        if (parameters.Count == 0) return 0;
        using Tensor none = Tensor.Zeros(parameters[0].Backend, new Shape(1));
        return WithLoss(none, parameters, masked).Norm;
    }

    /// <summary>The norm together with the value of the loss [1], so that a step waits for the device once.</summary>
    /// <param name="loss">The loss of the step.</param>
    /// <param name="parameters">All trained parameters.</param>
    /// <param name="masked">As in <see cref="Of"/>.</param>
    public static (double Norm, double Loss) WithLoss(Tensor loss, IReadOnlyList<Parameter> parameters, IReadOnlyList<MaskedWeight>? masked = null)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(parameters);
        IBackend backend = loss.Backend;
        Dictionary<Parameter, MaskedWeight> pairs = (masked ?? []).Where(pair => pair.Weight.Grad is not null).ToDictionary(pair => pair.Weight);
        HashSet<Parameter> pairedScores = [.. pairs.Values.Select(pair => pair.Scores)];
        // One place for each parameter and one more for the scores that come with it; the last one is the loss.
        int count = parameters.Count;
        using Tensor sums = Tensor.Zeros(backend, new Shape((2 * count) + 1));
        backend.Copy(loss, sums.Slice(2 * count, new Shape(1)));
        for (int i = 0; i < count; i++)
        {
            if (parameters[i].Grad is not Tensor gradient) continue;
            if (pairs.TryGetValue(parameters[i], out MaskedWeight? pair))
                backend.MaskedSumOfSquares(gradient, pair.Mask, pair.Weight.Value, pair.Scores.Grad, sums, i, count + i);
            else if (!pairedScores.Contains(parameters[i])) backend.SumOfSquares(gradient, sums, i);
        }

        float[] values = sums.ToArray();
        double total = 0;
        foreach (float sum in values.AsSpan(0, 2 * count)) total += sum;
        return (Math.Sqrt(total), values[^1]);
    }

    /// <summary>min(1, max / (norm + 1e-6)), PyTorch's coefficient; 1 when <paramref name="max"/> is 0 (off).</summary>
    public static float Coefficient(double norm, double max) => max <= 0 ? 1f : (float)Math.Min(1.0, max / (norm + 1e-6));
}
