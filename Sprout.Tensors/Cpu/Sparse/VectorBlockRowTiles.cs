// The innermost loops of products with a weight in blocks of 16 × 1 where two registers hold 16 numbers: rows of X as they lie.
using System.Runtime.CompilerServices;
using Sprout.Tensors.Cpu.Gemm;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Cpu.Sparse;

/// <summary>
/// As <see cref="VectorBlockTiles"/>, but an entry reads its input of row r at <c>x + r · ldx + index</c>: six rows fit a level-1 cache however they lie, and a
/// sparse product is too short to repay packing them. Rows beyond the last repeat it, and are not stored.
/// </summary>
internal static unsafe class VectorBlockRowTiles
{
    private const int Width = VectorBlockLayout.Width;

    /// <summary>Up to 6 rows of two registers, two steps at a time.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void Tile6x2<V>(in VectorBlockSlice of, float* x, nint ldx, int rows, float* y, nint ldy, bool accumulate) where V : struct, IVector<V>
    {
        int last = rows - 1;
        float* x0 = x, x1 = x + (Math.Min(1, last) * ldx), x2 = x + (Math.Min(2, last) * ldx);
        float* x3 = x + (Math.Min(3, last) * ldx), x4 = x + (Math.Min(4, last) * ldx), x5 = x + (last * ldx);
        int* index = of.Index;
        float* w = of.Values;
        for (int group = 0; group < of.Groups; group++, y += Width)
        {
            int* end = of.EndOf(group);
            Row2<V> r0 = default, r1 = default, r2 = default, r3 = default, r4 = default, r5 = default;
            for (; index < end - 1; index += 2, w += 2 * Width)
            {
                Add6(x0, x1, x2, x3, x4, x5, *index, w, ref r0, ref r1, ref r2, ref r3, ref r4, ref r5);
                Add6(x0, x1, x2, x3, x4, x5, index[1], w + Width, ref r0, ref r1, ref r2, ref r3, ref r4, ref r5);
            }

            if (index < end)
            {
                Add6(x0, x1, x2, x3, x4, x5, *index++, w, ref r0, ref r1, ref r2, ref r3, ref r4, ref r5);
                w += Width;
            }

            float* row = y;
            r0.Store(row, accumulate);
            if (last > 0) r1.Store(row += ldy, accumulate);
            if (last > 1) r2.Store(row += ldy, accumulate);
            if (last > 2) r3.Store(row += ldy, accumulate);
            if (last > 3) r4.Store(row += ldy, accumulate);
            if (last > 4) r5.Store(row + ldy, accumulate);
        }
    }

    /// <summary>Up to 3 rows of two registers.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void Tile3x2<V>(in VectorBlockSlice of, float* x, nint ldx, int rows, float* y, nint ldy, bool accumulate) where V : struct, IVector<V>
    {
        int last = rows - 1;
        float* x0 = x, x1 = x + (Math.Min(1, last) * ldx), x2 = x + (last * ldx);
        int* index = of.Index;
        float* w = of.Values;
        for (int group = 0; group < of.Groups; group++, y += Width)
        {
            int* end = of.EndOf(group);
            Row2<V> r0 = default, r1 = default, r2 = default;
            for (; index < end; index++, w += Width)
            {
                nint at = *index;
                V b0 = V.Load(w), b1 = V.Load(w + V.Lanes);
                r0.Add(x0[at], b0, b1);
                r1.Add(x1[at], b0, b1);
                r2.Add(x2[at], b0, b1);
            }

            r0.Store(y, accumulate);
            if (last > 0) r1.Store(y + ldy, accumulate);
            if (last > 1) r2.Store(y + (2 * ldy), accumulate);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add6<V>(
        float* x0, float* x1, float* x2, float* x3, float* x4, float* x5, nint at, float* w,
        ref Row2<V> r0, ref Row2<V> r1, ref Row2<V> r2, ref Row2<V> r3, ref Row2<V> r4, ref Row2<V> r5)
        where V : struct, IVector<V>
    {
        V b0 = V.Load(w), b1 = V.Load(w + V.Lanes);
        r0.Add(x0[at], b0, b1);
        r1.Add(x1[at], b0, b1);
        r2.Add(x2[at], b0, b1);
        r3.Add(x3[at], b0, b1);
        r4.Add(x4[at], b0, b1);
        r5.Add(x5[at], b0, b1);
    }
}
