using System.Runtime.CompilerServices;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Ops;

/// <summary>y = σ(x) = 1 / (1 + exp(−x)).</summary>
public readonly struct Sigmoid : IPointwise
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Forward<V>(V x) where V : struct, IVector<V> => V.Broadcast(1f) / (V.Broadcast(1f) + Exp.Forward(-x));

    /// <inheritdoc/>
    public static V Derivative<V>(V x, V y) where V : struct, IVector<V> => y * (V.Broadcast(1f) - y);
}
