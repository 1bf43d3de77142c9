// Thin products of row-major operands as dot products, without packing: classifier heads, a few rows against a large weight.
using System.Runtime.CompilerServices;

namespace Sprout.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend<V>
{
    /// <summary>Computes C = A · Bᵀ by dot products of rows; pieces are runs of the longer side of C.</summary>
    private readonly struct DotWork<TReader, TEpilogue>(Product product, TReader b, TEpilogue epilogue) : IWork
        where TReader : struct, IReader<V>
        where TEpilogue : struct, IEpilogue
    {
        // At most this many rows or columns: beyond, packing pays.
        private const int MostThin = 4;

        // Multiply-adds of a piece, 10 µs or more; they mostly wait for memory.
        private const long PieceWork = 1 << 18;

        public int Pieces => DivideUp(Math.Max(product.M, product.N), PieceLength);

        private int PieceLength => (int)Math.Clamp(PieceWork / Math.Max(1L, (long)Math.Min(product.M, product.N) * product.K), 1, 1 << 16) * 4;

        public static bool Suits(in Product product) => !product.TransposeA && product.TransposeB && Math.Min(product.M, product.N) <= MostThin;

        public void Run(int piece)
        {
            int begin = piece * PieceLength;
            if (product.M > product.N) Block(begin, Math.Min(product.M, begin + PieceLength), 0, product.N);
            else Block(0, product.M, begin, Math.Min(product.N, begin + PieceLength));
        }

        private void Block(int row, int endRow, int column, int endColumn)
        {
            for (int j = column; j < endColumn; j += 4)
                for (int i = row; i < endRow; i++) Dots(i, j, Math.Min(4, endColumn - j));
            epilogue.Apply(row, column, endRow - row, endColumn - column);
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
    }
}
