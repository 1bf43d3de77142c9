// The innermost loops of the matrix product: a tile of C held in registers.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Cpu.Gemm;

/// <summary>
/// C [mr, nr] = or += A · B over one panel of A and one of B, kc values of k deep: one rank-1 update for each. Value p reads mr floats of A at
/// <c>a + p · AStride</c> and nr floats of B, whole registers, at <c>b + p · nr</c>. Each tile fills the registers of one kind of processor: 24 accumulators of
/// 32 registers, or 12 of 16. Every update (in tiles that take four at a time every other one) asks for one place of the panel that is needed next, at
/// <c>next + p · nextStride</c>: asked for all at once, so many lines would hold the tile up (measured on a product whose weights come from memory: 0.6 instead
/// of 0.9 of the peak).
/// </summary>
internal static unsafe class MicroKernels
{
    // How many updates before it is needed a tile of 12 rows asks for a line of B.
    private const int UpdatesAhead = 8;

    /// <summary>Floats of A's panel from one value of k to the next: mr, padded to whole registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int AStride<V>(int rows) where V : struct, IVector<V> => (rows + V.Lanes - 1) / V.Lanes * V.Lanes;

    /// <summary>
    /// 12 rows of 2 registers, four updates at a time. B, which a level-1 cache does not hold beside A, is asked for some updates before it is needed.
    /// </summary>
    [MethodImpl(Jit.Kernel)]
    public static void Tile12x2<V>(nint kc, float* a, float* b, float* c, nint ldc, bool accumulate, float* next, nint nextStride) where V : struct, IVector<V>
    {
        // The tile of C is needed only at the end; until then its lines can arrive.
        Prefetch.Rows(c, ldc, 12, 2 * V.Lanes);
        Row2<V> r0 = default, r1 = default, r2 = default, r3 = default, r4 = default, r5 = default;
        Row2<V> r6 = default, r7 = default, r8 = default, r9 = default, r10 = default, r11 = default;
        int aStride = AStride<V>(12), bStride = 2 * V.Lanes;
        float* end = b + (kc * bStride), last = end - (3 * bStride);
        for (; b < last; a += 4 * aStride, b += 4 * bStride, next += 4 * nextStride)
        {
            if (Sse.IsSupported) Sse.Prefetch1(next);
            Update12<V>(a, b, 0, ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7, ref r8, ref r9, ref r10, ref r11);
            Update12<V>(a, b, 1, ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7, ref r8, ref r9, ref r10, ref r11);
            if (Sse.IsSupported) Sse.Prefetch1(next + (2 * nextStride));
            Update12<V>(a, b, 2, ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7, ref r8, ref r9, ref r10, ref r11);
            Update12<V>(a, b, 3, ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7, ref r8, ref r9, ref r10, ref r11);
        }

        for (; b < end; a += aStride, b += bStride)
            Update12<V>(a, b, 0, ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7, ref r8, ref r9, ref r10, ref r11);

        r0.Store(c, accumulate);
        r1.Store(c += ldc, accumulate);
        r2.Store(c += ldc, accumulate);
        r3.Store(c += ldc, accumulate);
        r4.Store(c += ldc, accumulate);
        r5.Store(c += ldc, accumulate);
        r6.Store(c += ldc, accumulate);
        r7.Store(c += ldc, accumulate);
        r8.Store(c += ldc, accumulate);
        r9.Store(c += ldc, accumulate);
        r10.Store(c += ldc, accumulate);
        r11.Store(c + ldc, accumulate);
    }

    /// <summary>
    /// 6 rows of 2 registers, four updates at a time: with one, a quarter of the instructions would count, jump and move registers, and a core that shares its
    /// front end with a neighbour feels each.
    /// </summary>
    [MethodImpl(Jit.Kernel)]
    public static void Tile6x2<V>(nint kc, float* a, float* b, float* c, nint ldc, bool accumulate, float* next, nint nextStride) where V : struct, IVector<V>
    {
        Prefetch.Rows(c, ldc, 6, 2 * V.Lanes);
        Row2<V> r0 = default, r1 = default, r2 = default, r3 = default, r4 = default, r5 = default;
        int aStride = AStride<V>(6), bStride = 2 * V.Lanes;
        float* end = b + (kc * bStride), last = end - (3 * bStride);
        for (; b < last; a += 4 * aStride, b += 4 * bStride, next += 4 * nextStride)
        {
            if (Sse.IsSupported) Sse.Prefetch1(next);
            Update6<V>(a, b, 0, ref r0, ref r1, ref r2, ref r3, ref r4, ref r5);
            Update6<V>(a, b, 1, ref r0, ref r1, ref r2, ref r3, ref r4, ref r5);
            if (Sse.IsSupported) Sse.Prefetch1(next + (2 * nextStride));
            Update6<V>(a, b, 2, ref r0, ref r1, ref r2, ref r3, ref r4, ref r5);
            Update6<V>(a, b, 3, ref r0, ref r1, ref r2, ref r3, ref r4, ref r5);
        }

        for (; b < end; a += aStride, b += bStride) Update6<V>(a, b, 0, ref r0, ref r1, ref r2, ref r3, ref r4, ref r5);

        r0.Store(c, accumulate);
        r1.Store(c += ldc, accumulate);
        r2.Store(c += ldc, accumulate);
        r3.Store(c += ldc, accumulate);
        r4.Store(c += ldc, accumulate);
        r5.Store(c + ldc, accumulate);
    }

    /// <summary>3 rows of 2 registers.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void Tile3x2<V>(nint kc, float* a, float* b, float* c, nint ldc, bool accumulate, float* next, nint nextStride) where V : struct, IVector<V>
    {
        Row2<V> r0 = default, r1 = default, r2 = default;
        for (float* end = b + (kc * 2 * V.Lanes); b < end; a += AStride<V>(3), b += 2 * V.Lanes, next += nextStride)
        {
            if (Sse.IsSupported) Sse.Prefetch1(next);
            V b0 = V.Load(b), b1 = V.Load(b + V.Lanes);
            r0.Add(a[0], b0, b1);
            r1.Add(a[1], b0, b1);
            r2.Add(a[2], b0, b1);
        }

        r0.Store(c, accumulate);
        r1.Store(c += ldc, accumulate);
        r2.Store(c + ldc, accumulate);
    }

    /// <summary>4 rows of 3 registers.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void Tile4x3<V>(nint kc, float* a, float* b, float* c, nint ldc, bool accumulate, float* next, nint nextStride) where V : struct, IVector<V>
    {
        Prefetch.Rows(c, ldc, 4, 3 * V.Lanes);
        Row3<V> r0 = default, r1 = default, r2 = default, r3 = default;
        for (float* end = b + (kc * 3 * V.Lanes); b < end; a += AStride<V>(4), b += 3 * V.Lanes, next += nextStride)
        {
            if (Sse.IsSupported) Sse.Prefetch1(next);
            V b0 = V.Load(b), b1 = V.Load(b + V.Lanes), b2 = V.Load(b + (2 * V.Lanes));
            r0.Add(a[0], b0, b1, b2);
            r1.Add(a[1], b0, b1, b2);
            r2.Add(a[2], b0, b1, b2);
            r3.Add(a[3], b0, b1, b2);
        }

        r0.Store(c, accumulate);
        r1.Store(c += ldc, accumulate);
        r2.Store(c += ldc, accumulate);
        r3.Store(c + ldc, accumulate);
    }

    // Update p of twelve rows; p, a constant after inlining, goes into the addresses.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Update12<V>(
        float* a, float* b, int p, ref Row2<V> r0, ref Row2<V> r1, ref Row2<V> r2, ref Row2<V> r3, ref Row2<V> r4, ref Row2<V> r5,
        ref Row2<V> r6, ref Row2<V> r7, ref Row2<V> r8, ref Row2<V> r9, ref Row2<V> r10, ref Row2<V> r11)
        where V : struct, IVector<V>
    {
        int first = p * AStride<V>(12);
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(b + (2 * (p + UpdatesAhead) * V.Lanes));
            Sse.Prefetch0(b + (((2 * (p + UpdatesAhead)) + 1) * V.Lanes));
        }

        V b0 = V.Load(b + (2 * p * V.Lanes)), b1 = V.Load(b + (((2 * p) + 1) * V.Lanes));
        Add6(a, first, b0, b1, ref r0, ref r1, ref r2, ref r3, ref r4, ref r5);
        Add6(a, first + 6, b0, b1, ref r6, ref r7, ref r8, ref r9, ref r10, ref r11);
    }

    // Update p of six.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Update6<V>(float* a, float* b, int p, ref Row2<V> r0, ref Row2<V> r1, ref Row2<V> r2, ref Row2<V> r3, ref Row2<V> r4, ref Row2<V> r5)
        where V : struct, IVector<V>
    {
        V b0 = V.Load(b + (2 * p * V.Lanes)), b1 = V.Load(b + (((2 * p) + 1) * V.Lanes));
        Add6(a, p * AStride<V>(6), b0, b1, ref r0, ref r1, ref r2, ref r3, ref r4, ref r5);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add6<V>(float* a, int first, V b0, V b1, ref Row2<V> r0, ref Row2<V> r1, ref Row2<V> r2, ref Row2<V> r3, ref Row2<V> r4, ref Row2<V> r5)
        where V : struct, IVector<V>
    {
        r0.Add(a[first], b0, b1);
        r1.Add(a[first + 1], b0, b1);
        r2.Add(a[first + 2], b0, b1);
        r3.Add(a[first + 3], b0, b1);
        r4.Add(a[first + 4], b0, b1);
        r5.Add(a[first + 5], b0, b1);
    }

    // One row of a tile, as Row2. The JIT keeps its fields in registers.
    private struct Row3<V> where V : struct, IVector<V>
    {
        private V c0, c1, c2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(float a, V b0, V b1, V b2)
        {
            V value = V.Broadcast(a);
            c0 = V.MultiplyAdd(value, b0, c0);
            c1 = V.MultiplyAdd(value, b1, c1);
            c2 = V.MultiplyAdd(value, b2, c2);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(float* c, bool accumulate)
        {
            V.Store(accumulate ? V.Load(c) + c0 : c0, c);
            V.Store(accumulate ? V.Load(c + V.Lanes) + c1 : c1, c + V.Lanes);
            V.Store(accumulate ? V.Load(c + (2 * V.Lanes)) + c2 : c2, c + (2 * V.Lanes));
        }
    }
}
