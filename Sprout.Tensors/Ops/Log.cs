using System.Runtime.CompilerServices;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Ops;

/// <summary>
/// y = ln x for positive normal x, by x = 2ᵉ (1 + f) with 1 + f in [√½, √2) and a polynomial of degree 8 (Cephes); relative error below 3e-7.
/// </summary>
public readonly struct Log : IPointwise
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Forward<V>(V x) where V : struct, IVector<V>
    {
        V one = V.Broadcast(1f), half = V.Broadcast(0.5f), root = V.Broadcast(1.41421356f);
        V e = V.Exponent(x);
        // Two factors, because 2⁻ᵉ by itself is no normal number at the upper end.
        V rest = -e * half, near = V.Round(rest);
        V m = x * V.PowerOfTwo(near) * V.PowerOfTwo(-e - near);
        e = V.WhereGreater(m, root, e + one, e);
        V f = V.WhereGreater(m, root, m * half, m) - one;
        V p = V.MultiplyAdd(V.Broadcast(7.0376836292e-2f), f, V.Broadcast(-1.1514610310e-1f));
        p = V.MultiplyAdd(p, f, V.Broadcast(1.1676998740e-1f));
        p = V.MultiplyAdd(p, f, V.Broadcast(-1.2420140846e-1f));
        p = V.MultiplyAdd(p, f, V.Broadcast(1.4249322787e-1f));
        p = V.MultiplyAdd(p, f, V.Broadcast(-1.6668057665e-1f));
        p = V.MultiplyAdd(p, f, V.Broadcast(2.0000714765e-1f));
        p = V.MultiplyAdd(p, f, V.Broadcast(-2.4999993993e-1f));
        p = V.MultiplyAdd(p, f, V.Broadcast(3.3333331174e-1f));
        V square = f * f;
        // ln 2 in two parts; the small terms first.
        V y = V.MultiplyAdd(p * f, square, e * V.Broadcast(-2.12194440e-4f));
        y = V.MultiplyAdd(square, V.Broadcast(-0.5f), y);
        return V.MultiplyAdd(e, V.Broadcast(0.693359375f), f + y);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derivative<V>(V x, V y) where V : struct, IVector<V> => V.Broadcast(1f) / x;
}
