using System.Runtime.CompilerServices;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Ops;

/// <summary>
/// y = x Φ(x) = x (1 + erf(x / √2)) / 2 (Hendrycks and Gimpel 2016), the "gelu" of Hugging Face; y' = Φ(x) + x φ(x). Absolute error below 5e-7.
/// </summary>
public readonly struct Gelu : IPointwise
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Forward<V>(V x) where V : struct, IVector<V> => x * Cdf(x, out _);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derivative<V>(V x, V y) where V : struct, IVector<V>
    {
        V cdf = Cdf(x, out V gaussian);
        return V.MultiplyAdd(x * V.Broadcast(0.39894228f), gaussian, cdf);
    }

    // Φ(x) by Abramowitz and Stegun 7.1.26 (|error of erf| ≤ 1.5e-7); gaussian = exp(−x²/2) is a by-product that the derivative needs.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Cdf<V>(V x, out V gaussian) where V : struct, IVector<V>
    {
        V one = V.Broadcast(1f), half = V.Broadcast(0.5f);
        V a = V.Abs(x) * V.Broadcast(0.70710678f);
        V t = one / V.MultiplyAdd(V.Broadcast(0.3275911f), a, one);
        V p = V.MultiplyAdd(V.Broadcast(1.061405429f), t, V.Broadcast(-1.453152027f));
        p = V.MultiplyAdd(p, t, V.Broadcast(1.421413741f));
        p = V.MultiplyAdd(p, t, V.Broadcast(-0.284496736f));
        p = V.MultiplyAdd(p, t, V.Broadcast(0.254829592f));
        gaussian = Exp.Forward(-(a * a));
        V erf = one - (p * t * gaussian);
        return V.MultiplyAdd(V.CopySign(erf, x), half, half);
    }
}
