// Movement pruning.
using Sprout.Tensors;

namespace Sprout.Pruning.Methods;

/// <summary>
/// Hard movement pruning (Sanh et al. 2020, section 3): learned scores, M = Top_v(S), ∂L/∂S = ∂L/∂W' ⊙ W for kept and masked entries alike, so that a score
/// grows while its weight moves away from zero.
/// </summary>
public sealed class Movement : TopVMethod
{
    /// <summary>The method with its options.</summary>
    /// <exception cref="OptionException">There is no final density.</exception>
    public Movement(PruningOptions options) : base(options) { }

    /// <inheritdoc/>
    public override string Name => "movement";

    /// <inheritdoc/>
    public override bool RanksUnits => true;
}
