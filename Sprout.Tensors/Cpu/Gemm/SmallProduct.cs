// Products of small matrices that are already in the cache: no packing, registers only.
using System.Runtime.CompilerServices;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Cpu.Gemm;

/// <summary>
/// C = A · B or C += A · B for the matrices of one attention head. Rows of B and C are padded to whole registers; A may have any strides, so that its transpose
/// needs no copy.
/// </summary>
internal static unsafe class SmallProduct<V> where V : struct, IVector<V>
{
    /// <summary>c [rows, columns] = a [rows, depth] · b [depth, columns], or +=.</summary>
    /// <param name="a">The first element of A.</param>
    /// <param name="rowStride">Floats from row to row of A.</param>
    /// <param name="depthStride">Floats from column to column of A.</param>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="depth">Columns of A and rows of B.</param>
    /// <param name="b">The first element of B.</param>
    /// <param name="bStride">Floats from row to row of B.</param>
    /// <param name="columns">Columns of B and C; what they lack to a whole register is computed too.</param>
    /// <param name="c">The first element of C.</param>
    /// <param name="cStride">Floats from row to row of C.</param>
    /// <param name="accumulate">Whether C is added to.</param>
    public static void Run(
        float* a, long rowStride, long depthStride, int rows, int depth, float* b, long bStride, int columns, float* c, long cStride, bool accumulate)
    {
        int column = 0;
        // Sixteen accumulators fit only where there are 32 registers.
        if (V.Lanes == 16)
        {
            for (; column + (3 * V.Lanes) < columns; column += 4 * V.Lanes)
                for (int row = 0; row < rows; row += 4)
                    Tile4X4(new Rows(a, rowStride, row, rows), depthStride, depth, b + column, bStride, new Rows(c + column, cStride, row, rows), accumulate);
        }

        for (; column + V.Lanes < columns; column += 2 * V.Lanes)
            for (int row = 0; row < rows; row += 4)
                Tile4X2(new Rows(a, rowStride, row, rows), depthStride, depth, b + column, bStride, new Rows(c + column, cStride, row, rows), accumulate);
        if (column >= columns) return;
        for (int row = 0; row < rows; row += 8)
        {
            Rows ofA = new(a, rowStride, row, rows), nextOfA = new(a, rowStride, row + 4, rows);
            Rows ofC = new(c + column, cStride, row, rows), nextOfC = new(c + column, cStride, row + 4, rows);
            Tile8X1(ofA, nextOfA, depthStride, depth, b + column, bStride, ofC, nextOfC, accumulate);
        }
    }

    [MethodImpl(Jit.Kernel)]
    private static void Tile4X4(Rows a, long depthStride, int depth, float* b, long bStride, Rows c, bool accumulate)
    {
        float* a0 = a.R0, a1 = a.R1, a2 = a.R2, a3 = a.R3;
        Registers4 c0 = default, c1 = default, c2 = default, c3 = default;
        if (accumulate)
        {
            (c0, c1) = (new Registers4(c.R0), new Registers4(c.R1));
            (c2, c3) = (new Registers4(c.R2), new Registers4(c.R3));
        }

        long at = 0;
        for (int i = 0; i < depth; i++, at += depthStride, b += bStride)
        {
            V b0 = V.Load(b), b1 = V.Load(b + V.Lanes), b2 = V.Load(b + (2 * V.Lanes)), b3 = V.Load(b + (3 * V.Lanes));
            c0.Add(a0[at], b0, b1, b2, b3);
            c1.Add(a1[at], b0, b1, b2, b3);
            c2.Add(a2[at], b0, b1, b2, b3);
            c3.Add(a3[at], b0, b1, b2, b3);
        }

        c0.Store(c.R0);
        c1.Store(c.R1);
        c2.Store(c.R2);
        c3.Store(c.R3);
    }

    [MethodImpl(Jit.Kernel)]
    private static void Tile4X2(Rows a, long depthStride, int depth, float* b, long bStride, Rows c, bool accumulate)
    {
        float* a0 = a.R0, a1 = a.R1, a2 = a.R2, a3 = a.R3;
        Registers2 c0 = default, c1 = default, c2 = default, c3 = default;
        if (accumulate)
        {
            (c0, c1) = (new Registers2(c.R0), new Registers2(c.R1));
            (c2, c3) = (new Registers2(c.R2), new Registers2(c.R3));
        }

        long at = 0;
        for (int i = 0; i < depth; i++, at += depthStride, b += bStride)
        {
            V b0 = V.Load(b), b1 = V.Load(b + V.Lanes);
            c0.Add(a0[at], b0, b1);
            c1.Add(a1[at], b0, b1);
            c2.Add(a2[at], b0, b1);
            c3.Add(a3[at], b0, b1);
        }

        c0.Store(c.R0);
        c1.Store(c.R1);
        c2.Store(c.R2);
        c3.Store(c.R3);
    }

    [MethodImpl(Jit.Kernel)]
    private static void Tile8X1(Rows a, Rows aNext, long depthStride, int depth, float* b, long bStride, Rows c, Rows cNext, bool accumulate)
    {
        float* a0 = a.R0, a1 = a.R1, a2 = a.R2, a3 = a.R3, a4 = aNext.R0, a5 = aNext.R1, a6 = aNext.R2, a7 = aNext.R3;
        V c0 = V.Zero, c1 = V.Zero, c2 = V.Zero, c3 = V.Zero, c4 = V.Zero, c5 = V.Zero, c6 = V.Zero, c7 = V.Zero;
        if (accumulate)
        {
            (c0, c1, c2, c3) = (V.Load(c.R0), V.Load(c.R1), V.Load(c.R2), V.Load(c.R3));
            (c4, c5, c6, c7) = (V.Load(cNext.R0), V.Load(cNext.R1), V.Load(cNext.R2), V.Load(cNext.R3));
        }

        long at = 0;
        for (int i = 0; i < depth; i++, at += depthStride, b += bStride)
        {
            V x = V.Load(b);
            c0 = V.MultiplyAdd(V.Broadcast(a0[at]), x, c0);
            c1 = V.MultiplyAdd(V.Broadcast(a1[at]), x, c1);
            c2 = V.MultiplyAdd(V.Broadcast(a2[at]), x, c2);
            c3 = V.MultiplyAdd(V.Broadcast(a3[at]), x, c3);
            c4 = V.MultiplyAdd(V.Broadcast(a4[at]), x, c4);
            c5 = V.MultiplyAdd(V.Broadcast(a5[at]), x, c5);
            c6 = V.MultiplyAdd(V.Broadcast(a6[at]), x, c6);
            c7 = V.MultiplyAdd(V.Broadcast(a7[at]), x, c7);
        }

        V.Store(c0, c.R0);
        V.Store(c1, c.R1);
        V.Store(c2, c.R2);
        V.Store(c3, c.R3);
        V.Store(c4, cNext.R0);
        V.Store(c5, cNext.R1);
        V.Store(c6, cNext.R2);
        V.Store(c7, cNext.R3);
    }

    // One row of a tile. The JIT keeps its fields in registers.
    private struct Registers4
    {
        private V r0, r1, r2, r3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Registers4(float* row) => (r0, r1, r2, r3) = (V.Load(row), V.Load(row + V.Lanes), V.Load(row + (2 * V.Lanes)), V.Load(row + (3 * V.Lanes)));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(float a, V b0, V b1, V b2, V b3)
        {
            V factor = V.Broadcast(a);
            r0 = V.MultiplyAdd(factor, b0, r0);
            r1 = V.MultiplyAdd(factor, b1, r1);
            r2 = V.MultiplyAdd(factor, b2, r2);
            r3 = V.MultiplyAdd(factor, b3, r3);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(float* row)
        {
            V.Store(r0, row);
            V.Store(r1, row + V.Lanes);
            V.Store(r2, row + (2 * V.Lanes));
            V.Store(r3, row + (3 * V.Lanes));
        }
    }

    private struct Registers2
    {
        private V r0, r1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Registers2(float* row) => (r0, r1) = (V.Load(row), V.Load(row + V.Lanes));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(float a, V b0, V b1)
        {
            V factor = V.Broadcast(a);
            r0 = V.MultiplyAdd(factor, b0, r0);
            r1 = V.MultiplyAdd(factor, b1, r1);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(float* row)
        {
            V.Store(r0, row);
            V.Store(r1, row + V.Lanes);
        }
    }

    /// <summary>
    /// Four rows from the given one on. Rows beyond the end repeat the last: they compute and store the same once more, which saves tiles of other heights.
    /// </summary>
    private readonly struct Rows(float* matrix, long stride, int row, int count)
    {
        public readonly float* R0 = matrix + (Math.Min(row, count - 1) * stride);
        public readonly float* R1 = matrix + (Math.Min(row + 1, count - 1) * stride);
        public readonly float* R2 = matrix + (Math.Min(row + 2, count - 1) * stride);
        public readonly float* R3 = matrix + (Math.Min(row + 3, count - 1) * stride);
    }
}
