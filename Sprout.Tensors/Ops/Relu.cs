using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Ops;

/// <summary>y = max(x, 0); the derivative at 0 is 0.</summary>
public readonly struct Relu : IPointwise
{
    /// <inheritdoc/>
    public static V Forward<V>(V x) where V : struct, IVector<V> => V.Max(V.Zero, x);

    /// <inheritdoc/>
    public static V Derivative<V>(V x, V y) where V : struct, IVector<V> => V.WhereGreater(x, V.Zero, V.Broadcast(1f), V.Zero);
}
