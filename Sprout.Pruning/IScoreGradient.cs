// Scores whose gradient is not that of the mask.
using Sprout.Tensors;

namespace Sprout.Pruning;

/// <summary>A <see cref="PruningMethod"/> whose scores' gradient is not the mask's as it is.</summary>
public interface IScoreGradient
{
    /// <summary>Turns ∂L/∂M into ∂L/∂S, in place and a block at a time.</summary>
    /// <param name="matrix">The matrix with its scores.</param>
    /// <param name="step">The step whose masks were used.</param>
    /// <param name="gradient">Shape of the scores: Σ over the block of ∂L/∂W' ⊙ W, masked entries too.</param>
    void ToScoreGradient(MaskedMatrix matrix, PruningStep step, Tensor gradient);
}
