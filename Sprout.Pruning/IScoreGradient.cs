// Scores whose gradient is not that of the mask.
using Sprout.Tensors;

namespace Sprout.Pruning;

/// <summary>A <see cref="PruningMethod"/> whose scores' gradient is not the mask's as it is.</summary>
public interface IScoreGradient
{
    /// <summary>Turns ∂L/∂M into ∂L/∂S, in place and a score at a time.</summary>
    /// <param name="group">The scores with their matrices.</param>
    /// <param name="step">The step whose masks were used.</param>
    /// <param name="gradient">Shape of the scores: Σ of ∂L/∂W' ⊙ W over what each score stands for, masked entries too.</param>
    void ToScoreGradient(PrunedGroup group, PruningStep step, Tensor gradient);
}
