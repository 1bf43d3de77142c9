using System.Runtime.CompilerServices;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Cpu.Gemm;

/// <summary>One row of a register tile, two registers wide. The JIT keeps its fields in registers.</summary>
internal struct Row2<V> where V : struct, IVector<V>
{
    private V c0, c1;

    /// <summary>Adds a · b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(float a, V b0, V b1)
    {
        V value = V.Broadcast(a);
        c0 = V.MultiplyAdd(value, b0, c0);
        c1 = V.MultiplyAdd(value, b1, c1);
    }

    /// <summary>c = the sums, or += them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly unsafe void Store(float* c, bool accumulate)
    {
        V.Store(accumulate ? V.Load(c) + c0 : c0, c);
        V.Store(accumulate ? V.Load(c + V.Lanes) + c1 : c1, c + V.Lanes);
    }
}
