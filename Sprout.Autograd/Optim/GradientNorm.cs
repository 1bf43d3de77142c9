// The global norm of all gradients, for clipping.
using Sprout.Tensors;

namespace Sprout.Autograd.Optim;

/// <summary>The norm over all gradients of a step, and the clipping coefficient that follows from it.</summary>
public static class GradientNorm
{
    /// <summary>√ Σ g² over all parameters that have a gradient; waits for the device once.</summary>
    public static double Of(IReadOnlyList<Parameter> parameters)
    {
        if (parameters.Count == 0) return 0;
        IBackend backend = parameters[0].Value.Backend;
        using Tensor sums = Tensor.Zeros(backend, new Shape(parameters.Count));
        for (int i = 0; i < parameters.Count; i++)
            if (parameters[i].Grad is Tensor gradient) backend.SumOfSquares(gradient, sums, i);
        double total = 0;
        foreach (float sum in sums.ToArray()) total += sum;
        return Math.Sqrt(total);
    }

    /// <summary>min(1, max / (norm + 1e-6)), PyTorch's coefficient; 1 when <paramref name="max"/> is 0 (off).</summary>
    public static float Coefficient(double norm, double max) => max <= 0 ? 1f : (float)Math.Min(1.0, max / (norm + 1e-6));
}
