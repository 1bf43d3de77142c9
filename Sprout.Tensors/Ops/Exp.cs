using System.Runtime.CompilerServices;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Ops;

/// <summary>
/// y = exp(x) by x = n ln 2 + r, |r| ≤ ln 2 / 2, and a polynomial of degree 6 in r; relative error below 3e-7. Clamped to [−87.3, 88.3], so the result is
/// always a positive normal number.
/// </summary>
public readonly struct Exp : IPointwise
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Forward<V>(V x) where V : struct, IVector<V>
    {
        // Bounds first: the registers' Min and Max return the second operand when one is a NaN, so a NaN stays one.
        x = V.Min(V.Broadcast(88.3f), V.Max(V.Broadcast(-87.3f), x));
        V n = V.Min(V.Round(x * V.Broadcast(1.44269504f)), V.Broadcast(127f));
        // ln 2 in two parts, so that n ln 2 is exact enough to be subtracted.
        V r = V.MultiplyAdd(n, V.Broadcast(-0.693359375f), x);
        r = V.MultiplyAdd(n, V.Broadcast(2.12194440e-4f), r);
        V p = V.MultiplyAdd(V.Broadcast(1f / 720f), r, V.Broadcast(1f / 120f));
        p = V.MultiplyAdd(p, r, V.Broadcast(1f / 24f));
        p = V.MultiplyAdd(p, r, V.Broadcast(1f / 6f));
        p = V.MultiplyAdd(p, r, V.Broadcast(0.5f));
        p = V.MultiplyAdd(p, r, V.Broadcast(1f));
        p = V.MultiplyAdd(p, r, V.Broadcast(1f));
        return p * V.PowerOfTwo(n);
    }

    /// <inheritdoc/>
    public static V Derivative<V>(V x, V y) where V : struct, IVector<V> => y;
}
