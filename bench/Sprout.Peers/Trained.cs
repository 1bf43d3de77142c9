// What the optimiser updates.
using static TorchSharp.torch;

namespace Sprout.Peers;

/// <summary>A tensor that is trained.</summary>
/// <param name="Value">Its value.</param>
/// <param name="Gradient">Its gradient, after a backward pass.</param>
/// <param name="Rate">Learning rate.</param>
/// <param name="Decay">Weight decay.</param>
internal sealed record Trained(Tensor Value, Func<Tensor> Gradient, double Rate, double Decay)
{
    /// <summary>As in fine-tuning: matrices and tables decay, biases and norms do not.</summary>
    public static Trained Of(Tensor value, Func<Tensor>? gradient = null) =>
        new(value, gradient ?? (() => value.grad!), Rate: 3e-5, value.dim() > 1 ? 0.01 : 0);

    /// <summary>Scores of movement pruning.</summary>
    public static Trained Scores(Tensor value, Func<Tensor> gradient) => new(value, gradient, Rate: 1e-2, Decay: 0);
}
