using System.Runtime.CompilerServices;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Ops;

/// <summary>y = tanh(x) = 1 − 2 / (exp(2x) + 1) away from 0 and an odd polynomial near it; relative error below 5e-7.</summary>
public readonly struct Tanh : IPointwise
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Forward<V>(V x) where V : struct, IVector<V>
    {
        V one = V.Broadcast(1f), a = V.Abs(x);
        V large = one - (V.Broadcast(2f) / (Exp.Forward(a + a) + one));
        // Taylor coefficients of tanh; below 0.3 the quotient above would cancel.
        V square = x * x;
        V p = V.MultiplyAdd(V.Broadcast(62f / 2835f), square, V.Broadcast(-17f / 315f));
        p = V.MultiplyAdd(p, square, V.Broadcast(2f / 15f));
        p = V.MultiplyAdd(p, square, V.Broadcast(-1f / 3f));
        V small = V.MultiplyAdd(p * square, a, a);
        return V.CopySign(V.WhereGreater(a, V.Broadcast(0.3f), large, small), x);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derivative<V>(V x, V y) where V : struct, IVector<V> => V.Broadcast(1f) - (y * y);
}
