using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Ops;

/// <summary>y = x; the activation of a linear layer that has none.</summary>
public readonly struct Identity : IPointwise
{
    /// <inheritdoc/>
    public static V Forward<V>(V x) where V : struct, IVector<V> => x;

    /// <inheritdoc/>
    public static V Derivative<V>(V x, V y) where V : struct, IVector<V> => V.Broadcast(1f);
}
