// Sums over one row.
using System.Runtime.CompilerServices;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend<V>
{
    /// <summary>Σ x.</summary>
    [MethodImpl(Jit.Kernel)]
    private static float SumOf(float* x, int count)
    {
        // Four sums, because one would wait for itself.
        V a = V.Zero, b = V.Zero, c = V.Zero, d = V.Zero;
        int i = 0;
        for (; i + (4 * V.Lanes) <= count; i += 4 * V.Lanes)
        {
            a += V.Load(x + i);
            b += V.Load(x + i + V.Lanes);
            c += V.Load(x + i + (2 * V.Lanes));
            d += V.Load(x + i + (3 * V.Lanes));
        }

        for (; i + V.Lanes <= count; i += V.Lanes) a += V.Load(x + i);
        if (i < count) b += V.LoadPartial(x + i, count - i);
        return V.Sum(a + b + (c + d));
    }

    /// <summary>Σ (x − center)².</summary>
    [MethodImpl(Jit.Kernel)]
    private static float SumOfSquares(float* x, int count, float center)
    {
        V a = V.Zero, b = V.Zero, c = V.Zero, d = V.Zero, middle = V.Broadcast(center);
        int i = 0;
        for (; i + (4 * V.Lanes) <= count; i += 4 * V.Lanes)
        {
            a = AddSquare(a, V.Load(x + i) - middle);
            b = AddSquare(b, V.Load(x + i + V.Lanes) - middle);
            c = AddSquare(c, V.Load(x + i + (2 * V.Lanes)) - middle);
            d = AddSquare(d, V.Load(x + i + (3 * V.Lanes)) - middle);
        }

        for (; i + V.Lanes <= count; i += V.Lanes) a = AddSquare(a, V.Load(x + i) - middle);
        if (i < count) b = AddSquare(b, KeepFirst(V.LoadPartial(x + i, count - i) - middle, count - i));
        return V.Sum(a + b + (c + d));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V AddSquare(V sum, V value) => V.MultiplyAdd(value, value, sum);
}
