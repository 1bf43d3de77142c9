// The innermost loops of products with a weight in blocks of 16 × 1 where a register holds 16 numbers, and where it holds 4: rows of X from a packed panel.
using System.Runtime.CompilerServices;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Cpu.Sparse;

/// <summary>
/// Y [rows, outputs] = or += X · Wᵀ of some groups, one after the other, over one panel of X and a slice of the groups' entries: an entry reads its inputs, one
/// a row, at <c>x + index</c>, and 16 weights. It is the dense product's tile with the address of each step from a list; whole tiles take two steps at a time.
/// </summary>
internal static unsafe class VectorBlockTiles
{
    private const int Width = VectorBlockLayout.Width;

    /// <summary>12 rows of one register.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void Tile12x1<V>(in VectorBlockSlice of, float* x, float* y, nint ldy, bool accumulate) where V : struct, IVector<V>
    {
        int* index = of.Index;
        float* w = of.Values;
        for (int group = 0; group < of.Groups; group++, y += Width)
        {
            int* end = of.EndOf(group);
            Row1<V> r0 = default, r1 = default, r2 = default, r3 = default, r4 = default, r5 = default;
            Row1<V> r6 = default, r7 = default, r8 = default, r9 = default, r10 = default, r11 = default;
            for (; index < end - 1; index += 2, w += 2 * Width)
            {
                Add12(x + *index, w, ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7, ref r8, ref r9, ref r10, ref r11);
                Add12(x + index[1], w + Width, ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7, ref r8, ref r9, ref r10, ref r11);
            }

            if (index < end)
            {
                Add12(x + *index++, w, ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7, ref r8, ref r9, ref r10, ref r11);
                w += Width;
            }

            float* row = y;
            r0.Store(row, accumulate);
            r1.Store(row += ldy, accumulate);
            r2.Store(row += ldy, accumulate);
            r3.Store(row += ldy, accumulate);
            r4.Store(row += ldy, accumulate);
            r5.Store(row += ldy, accumulate);
            r6.Store(row += ldy, accumulate);
            r7.Store(row += ldy, accumulate);
            r8.Store(row += ldy, accumulate);
            r9.Store(row += ldy, accumulate);
            r10.Store(row += ldy, accumulate);
            r11.Store(row + ldy, accumulate);
        }
    }

    /// <summary>8 rows of one register.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void Tile8x1<V>(in VectorBlockSlice of, float* x, float* y, nint ldy, bool accumulate) where V : struct, IVector<V>
    {
        int* index = of.Index;
        float* w = of.Values;
        for (int group = 0; group < of.Groups; group++, y += Width)
        {
            int* end = of.EndOf(group);
            Row1<V> r0 = default, r1 = default, r2 = default, r3 = default, r4 = default, r5 = default;
            Row1<V> r6 = default, r7 = default;
            for (; index < end; index++, w += Width)
            {
                float* a = x + *index;
                V b = V.Load(w);
                r0.Add(a[0], b);
                r1.Add(a[1], b);
                r2.Add(a[2], b);
                r3.Add(a[3], b);
                r4.Add(a[4], b);
                r5.Add(a[5], b);
                r6.Add(a[6], b);
                r7.Add(a[7], b);
            }

            float* row = y;
            r0.Store(row, accumulate);
            r1.Store(row += ldy, accumulate);
            r2.Store(row += ldy, accumulate);
            r3.Store(row += ldy, accumulate);
            r4.Store(row += ldy, accumulate);
            r5.Store(row += ldy, accumulate);
            r6.Store(row += ldy, accumulate);
            r7.Store(row + ldy, accumulate);
        }
    }

    /// <summary>4 rows of one register.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void Tile4x1<V>(in VectorBlockSlice of, float* x, float* y, nint ldy, bool accumulate) where V : struct, IVector<V>
    {
        int* index = of.Index;
        float* w = of.Values;
        for (int group = 0; group < of.Groups; group++, y += Width)
        {
            int* end = of.EndOf(group);
            Row1<V> r0 = default, r1 = default, r2 = default, r3 = default;
            for (; index < end; index++, w += Width)
            {
                float* a = x + *index;
                V b = V.Load(w);
                r0.Add(a[0], b);
                r1.Add(a[1], b);
                r2.Add(a[2], b);
                r3.Add(a[3], b);
            }

            float* row = y;
            r0.Store(row, accumulate);
            r1.Store(row += ldy, accumulate);
            r2.Store(row += ldy, accumulate);
            r3.Store(row + ldy, accumulate);
        }
    }

    /// <summary>1 row of one register.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void Tile1x1<V>(in VectorBlockSlice of, float* x, float* y, nint ldy, bool accumulate) where V : struct, IVector<V>
    {
        int* index = of.Index;
        float* w = of.Values;
        for (int group = 0; group < of.Groups; group++, y += Width)
        {
            int* end = of.EndOf(group);
            Row1<V> r0 = default;
            for (; index < end; index++, w += Width)
            {
                float* a = x + *index;
                V b = V.Load(w);
                r0.Add(a[0], b);
            }

            float* row = y;
            r0.Store(row, accumulate);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add12<V>(
        float* a, float* w, ref Row1<V> r0, ref Row1<V> r1, ref Row1<V> r2, ref Row1<V> r3, ref Row1<V> r4, ref Row1<V> r5,
        ref Row1<V> r6, ref Row1<V> r7, ref Row1<V> r8, ref Row1<V> r9, ref Row1<V> r10, ref Row1<V> r11)
        where V : struct, IVector<V>
    {
        V b = V.Load(w);
        r0.Add(a[0], b);
        r1.Add(a[1], b);
        r2.Add(a[2], b);
        r3.Add(a[3], b);
        r4.Add(a[4], b);
        r5.Add(a[5], b);
        r6.Add(a[6], b);
        r7.Add(a[7], b);
        r8.Add(a[8], b);
        r9.Add(a[9], b);
        r10.Add(a[10], b);
        r11.Add(a[11], b);
    }

    // One row of a tile, as Gemm's Row2.
    private struct Row1<V> where V : struct, IVector<V>
    {
        private V c;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(float a, V b) => c = V.MultiplyAdd(V.Broadcast(a), b, c);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(float* y, bool accumulate) => V.Store(accumulate ? V.Load(y) + c : c, y);
    }
}
