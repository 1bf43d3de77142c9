// A weight and the scores that learn from its gradient.
using Sprout.Tensors;

namespace Sprout.Autograd.Optim;

/// <summary>
/// A weight behind a mask of bits with one learned score an entry. After the backward pass the weight's gradient is that of the masked weight, ∂L/∂W';
/// the optimiser forms both gradients from it while it updates, by the straight-through estimator: ∂L/∂W = ∂L/∂W' ⊙ M and ∂L/∂S = ∂L/∂W' ⊙ W,
/// beside what is in the scores' gradient already. Neither is ever stored.
/// </summary>
/// <param name="Factor">Has the weight W and the present mask M.</param>
/// <param name="Scores">S, of W's shape.</param>
public sealed record MaskedWeight(LinearWeight Factor, Parameter Scores)
{
    /// <summary>W.</summary>
    public Parameter Weight => Factor.Parameter;

    /// <summary>M, or null when everything is kept.</summary>
    public Mask? Mask => Factor.Mask;
}
