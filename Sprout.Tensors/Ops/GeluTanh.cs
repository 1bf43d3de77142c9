// The tanh approximation of GELU.
using System.Runtime.CompilerServices;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Ops;

/// <summary>y = x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2, the "gelu_new" and "gelu_pytorch_tanh" of Hugging Face.</summary>
public readonly struct GeluTanh : IPointwise
{
    private const float Root = 0.7978845608f;
    private const float Cubic = 0.044715f;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Forward<V>(V x) where V : struct, IVector<V> => x * V.Broadcast(0.5f) * (V.Broadcast(1f) + Inner(x));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Derivative<V>(V x, V y) where V : struct, IVector<V>
    {
        V one = V.Broadcast(1f), half = V.Broadcast(0.5f), t = Inner(x);
        V slope = V.MultiplyAdd(V.Broadcast(3f * Cubic * Root), x * x, V.Broadcast(Root));
        return V.MultiplyAdd(half * x * (one - (t * t)), slope, half * (one + t));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Inner<V>(V x) where V : struct, IVector<V> =>
        Tanh.Forward(V.Broadcast(Root) * V.MultiplyAdd(V.Broadcast(Cubic) * x, x * x, x));
}
