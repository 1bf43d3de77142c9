using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Ops;

/// <summary>
/// A pointwise function y = f(x): one struct in one file holds the formula, which the CPU loop, the GPU kernel and the autograd node all use.
/// </summary>
public interface IPointwise
{
    /// <summary>f(x) for every lane.</summary>
    static abstract V Forward<V>(V x) where V : struct, IVector<V>;

    /// <summary>f'(x) for every lane, given x and y = f(x).</summary>
    static abstract V Derivative<V>(V x, V y) where V : struct, IVector<V>;
}
