// Thin products of row-major operands as dot products, without packing: classifier heads, a few rows against a large weight.
using System.Runtime.CompilerServices;
using Sprout.Tensors.Cpu.Threads;
using Sprout.Tensors.Simd;
using static Sprout.Tensors.Cpu.Threads.Division;

namespace Sprout.Tensors.Cpu.Gemm;

/// <summary>Computes C = A · Bᵀ by dot products of rows; pieces are runs of the longer side of C.</summary>
internal readonly unsafe struct DotProduct<V, TReader, TEpilogue>(Product product, TReader b, TEpilogue epilogue) : IWork
    where V : struct, IVector<V>
    where TReader : struct, IReader<V>
    where TEpilogue : struct, IEpilogue
{
    // Up to here reading B once as it lies is cheaper than packing it.
    private const int MostRows = 96, MostColumns = 4;

    // Rows and columns of a tile.
    private const int TileColumns = 4;

    // Multiply-adds of a piece, 5 µs or more; they mostly wait for memory.
    private const long PieceWork = 1 << 17;

    public int Pieces => DivideUp(Math.Max(product.M, product.N), PieceLength);

    private static int TileRows => V.Lanes == 16 ? 4 : 2;

    private int PieceLength => (int)Math.Clamp(PieceWork / Math.Max(1L, (long)Math.Min(product.M, product.N) * product.K), 1, 1 << 16) * TileColumns;

    public static bool Suits(in Product product) => !product.TransposeA && product.TransposeB && (product.M <= MostRows || product.N <= MostColumns);

    public void Run(int piece)
    {
        int begin = piece * PieceLength;
        if (product.M > product.N) Block(begin, Math.Min(product.M, begin + PieceLength), 0, product.N);
        else Block(0, product.M, begin, Math.Min(product.N, begin + PieceLength));
    }

    private void Block(int row, int endRow, int column, int endColumn)
    {
        for (int j = column; j < endColumn; j += TileColumns)
        {
            int i = row, columns = Math.Min(TileColumns, endColumn - j);
            if (columns == TileColumns)
            {
                for (; i + TileRows <= endRow; i += TileRows)
                {
                    if (V.Lanes == 16) FourRows(i, j);
                    else TwoRows(i, j);
                }
            }

            for (; i < endRow; i++) Dots(i, j, columns);
        }

        epilogue.Apply(row, column, endRow - row, endColumn - column);
    }

    // Sixteen sums: four rows of A, four of B.
    [MethodImpl(Jit.Kernel)]
    private void FourRows(int row, int column)
    {
        int k = product.K;
        float* a0 = product.A + ((nint)row * k), a1 = a0 + k, a2 = a1 + k, a3 = a2 + k;
        nint at = (nint)column * k;
        Sums r0 = default, r1 = default, r2 = default, r3 = default;
        int p = 0;
        for (; p + V.Lanes <= k; p += V.Lanes)
        {
            V b0 = b.Load(at + p), b1 = b.Load(at + k + p), b2 = b.Load(at + (2 * (nint)k) + p), b3 = b.Load(at + (3 * (nint)k) + p);
            r0.Add(V.Load(a0 + p), b0, b1, b2, b3);
            r1.Add(V.Load(a1 + p), b0, b1, b2, b3);
            r2.Add(V.Load(a2 + p), b0, b1, b2, b3);
            r3.Add(V.Load(a3 + p), b0, b1, b2, b3);
        }

        if (p < k)
        {
            int rest = k - p;
            V b0 = b.LoadPartial(at + p, rest), b1 = b.LoadPartial(at + k + p, rest);
            V b2 = b.LoadPartial(at + (2 * (nint)k) + p, rest), b3 = b.LoadPartial(at + (3 * (nint)k) + p, rest);
            r0.Add(V.LoadPartial(a0 + p, rest), b0, b1, b2, b3);
            r1.Add(V.LoadPartial(a1 + p, rest), b0, b1, b2, b3);
            r2.Add(V.LoadPartial(a2 + p, rest), b0, b1, b2, b3);
            r3.Add(V.LoadPartial(a3 + p, rest), b0, b1, b2, b3);
        }

        float* c = product.C + ((nint)row * product.N) + column;
        r0.Write(c, product.Accumulate);
        r1.Write(c += product.N, product.Accumulate);
        r2.Write(c += product.N, product.Accumulate);
        r3.Write(c + product.N, product.Accumulate);
    }

    // Eight sums, where there are only sixteen registers.
    [MethodImpl(Jit.Kernel)]
    private void TwoRows(int row, int column)
    {
        int k = product.K;
        float* a0 = product.A + ((nint)row * k), a1 = a0 + k;
        nint at = (nint)column * k;
        Sums r0 = default, r1 = default;
        int p = 0;
        for (; p + V.Lanes <= k; p += V.Lanes)
        {
            V b0 = b.Load(at + p), b1 = b.Load(at + k + p), b2 = b.Load(at + (2 * (nint)k) + p), b3 = b.Load(at + (3 * (nint)k) + p);
            r0.Add(V.Load(a0 + p), b0, b1, b2, b3);
            r1.Add(V.Load(a1 + p), b0, b1, b2, b3);
        }

        if (p < k)
        {
            int rest = k - p;
            V b0 = b.LoadPartial(at + p, rest), b1 = b.LoadPartial(at + k + p, rest);
            V b2 = b.LoadPartial(at + (2 * (nint)k) + p, rest), b3 = b.LoadPartial(at + (3 * (nint)k) + p, rest);
            r0.Add(V.LoadPartial(a0 + p, rest), b0, b1, b2, b3);
            r1.Add(V.LoadPartial(a1 + p, rest), b0, b1, b2, b3);
        }

        float* c = product.C + ((nint)row * product.N) + column;
        r0.Write(c, product.Accumulate);
        r1.Write(c + product.N, product.Accumulate);
    }

    // One row of A with up to four rows of B; missing ones repeat the last.
    [MethodImpl(Jit.Kernel)]
    private void Dots(int row, int column, int count)
    {
        int k = product.K;
        float* a = product.A + ((nint)row * k);
        nint b0 = (nint)column * k, b1 = b0 + (count > 1 ? k : 0), b2 = b1 + (count > 2 ? k : 0), b3 = b2 + (count > 3 ? k : 0);
        V s0 = V.Zero, s1 = V.Zero, s2 = V.Zero, s3 = V.Zero;
        int p = 0;
        for (; p + V.Lanes <= k; p += V.Lanes)
        {
            V x = V.Load(a + p);
            s0 = V.MultiplyAdd(x, b.Load(b0 + p), s0);
            s1 = V.MultiplyAdd(x, b.Load(b1 + p), s1);
            s2 = V.MultiplyAdd(x, b.Load(b2 + p), s2);
            s3 = V.MultiplyAdd(x, b.Load(b3 + p), s3);
        }

        if (p < k)
        {
            V x = V.LoadPartial(a + p, k - p);
            s0 = V.MultiplyAdd(x, b.LoadPartial(b0 + p, k - p), s0);
            s1 = V.MultiplyAdd(x, b.LoadPartial(b1 + p, k - p), s1);
            s2 = V.MultiplyAdd(x, b.LoadPartial(b2 + p, k - p), s2);
            s3 = V.MultiplyAdd(x, b.LoadPartial(b3 + p, k - p), s3);
        }

        float* c = product.C + ((nint)row * product.N) + column;
        Write(c, s0);
        if (count > 1) Write(c + 1, s1);
        if (count > 2) Write(c + 2, s2);
        if (count > 3) Write(c + 3, s3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Write(float* c, V sum) => *c = product.Accumulate ? *c + V.Sum(sum) : V.Sum(sum);

    /// <summary>One row of A with four of B. The JIT keeps its fields in registers.</summary>
    private struct Sums
    {
        private V s0, s1, s2, s3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(V a, V b0, V b1, V b2, V b3)
        {
            s0 = V.MultiplyAdd(a, b0, s0);
            s1 = V.MultiplyAdd(a, b1, s1);
            s2 = V.MultiplyAdd(a, b2, s2);
            s3 = V.MultiplyAdd(a, b3, s3);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Write(float* c, bool accumulate)
        {
            float* sums = stackalloc float[TileColumns];
            V.StoreSums(s0, s1, s2, s3, sums);
            for (int j = 0; j < TileColumns; j++) c[j] = accumulate ? c[j] + sums[j] : sums[j];
        }
    }
}
