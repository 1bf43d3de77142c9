// Movement pruning.
using Sprout.Tensors;

namespace Sprout.Pruning.Methods;

/// <summary>
/// Hard movement pruning (Sanh et al. 2020, section 3): learned scores, M = Top_v(S), ∂L/∂S = ∂L/∂W' ⊙ W for kept and masked entries alike, so that a score
/// grows while its weight moves away from zero.
/// </summary>
public sealed class Movement : TopVMethod, IUnitValue
{
    /// <summary>The method with its options.</summary>
    /// <exception cref="OptionException">There is no final density.</exception>
    public Movement(PruningOptions options) : base(options) { }

    /// <inheritdoc/>
    public override string Name => "movement";

    /// <inheritdoc/>
    /// <remarks>σ(S), as soft movement reads a score.</remarks>
    public double ValueOf(float score) => 1 / (1 + Math.Exp(-(double)score));
}
