// The scalars of one optimiser step.
namespace Sprout.Tensors;

/// <summary>The scalars of one AdamW step for one parameter group.</summary>
/// <param name="Rate">Learning rate of this step, schedule included.</param>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Epsilon">Added to the root, outside of it.</param>
/// <param name="WeightDecay">Decoupled weight decay.</param>
/// <param name="GradientScale">Factor on the gradient: the clipping coefficient.</param>
/// <param name="Step">t, counted from 1, for the bias correction.</param>
public readonly record struct AdamWStep(float Rate, float Beta1, float Beta2, float Epsilon, float WeightDecay, float GradientScale, int Step)
{
    /// <summary>1 − β₁ᵗ.</summary>
    public double Correction1 => 1 - Math.Pow(Beta1, Step);

    /// <summary>1 − β₂ᵗ.</summary>
    public double Correction2 => 1 - Math.Pow(Beta2, Step);
}
