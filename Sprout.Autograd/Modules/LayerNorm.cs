// Layer norm with BERT's residual connection.
using Sprout.Autograd.Functions;
using Sprout.Tensors;

namespace Sprout.Autograd.Modules;

/// <summary>y = LayerNorm(residual + dropout(x)); weight (γ) starts at 1, bias (β) at 0.</summary>
public sealed class LayerNorm : Module
{
    private readonly float epsilon;

    /// <summary>A norm over rows of the given width.</summary>
    public LayerNorm(IBackend backend, int width, float epsilon)
    {
        this.epsilon = epsilon;
        Weight = AddParameter(backend, "weight", new Shape(width), start: 1, decays: false);
        Bias = AddParameter(backend, "bias", new Shape(width), decays: false);
    }

    /// <summary>γ [H].</summary>
    public Parameter Weight { get; }

    /// <summary>β [H].</summary>
    public Parameter Bias { get; }

    /// <summary>Normalises residual + dropout(x); x, residual [T, H]. <paramref name="overwrite"/> is that of <see cref="LayerNormFunction.Apply"/>.</summary>
    public Variable Forward(Tape tape, Variable x, Variable? residual = null, float dropout = 0f, bool overwrite = false) =>
        LayerNormFunction.Apply(tape, x, residual, dropout, Weight, Bias, epsilon, overwrite);
}
