// The activation between the two feed-forward products.
namespace Sprout.Bert.Models;

/// <summary>Values of <c>hidden_act</c> that Sprout computes.</summary>
public enum HiddenActivation
{
    /// <summary><c>gelu</c>: x·Φ(x) with the exact error function (Hendrycks and Gimpel, 2016).</summary>
    Gelu,

    /// <summary><c>gelu_new</c> or <c>gelu_pytorch_tanh</c>: the tanh approximation of the same paper.</summary>
    GeluTanh,

    /// <summary><c>relu</c>: max(x, 0).</summary>
    Relu,
}
