// Finding the entries that a mask has left.
using System.Numerics;
using Sprout.Tensors.Cpu.Gemm;
using Sprout.Tensors.Cpu.Threads;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Cpu.Sparse;

/// <summary>Counts or copies the entries of W ⊙ M that are not 0. A piece is some rows.</summary>
/// <param name="reader">W ⊙ M, row-major.</param>
/// <param name="shape">[N, K].</param>
/// <param name="starts">Receives the entries of row n in place n + 1; or says where each row's begin.</param>
/// <param name="columns">Receives their columns; null when they are counted.</param>
/// <param name="values">Receives them; null when they are counted.</param>
internal readonly unsafe struct SparseRows<V, TReader>(TReader reader, Shape shape, int[] starts, int[]? columns, float[]? values) : IWork
    where V : struct, IVector<V>
    where TReader : struct, IReader<V>
{
    private const int RowsOfPiece = 16;

    public int Pieces => Division.DivideUp(shape[0], RowsOfPiece);

    public void Run(int piece)
    {
        int end = Math.Min((piece + 1) * RowsOfPiece, shape[0]);
        for (int row = piece * RowsOfPiece; row < end; row++)
        {
            if (columns is null) starts[row + 1] = Count(row);
            else Copy(row, starts[row]);
        }
    }

    private int Count(int row)
    {
        int count = 0, k = shape[1];
        nint first = (nint)row * k;
        for (int column = 0; column < k; column += V.Lanes) count += BitOperations.PopCount(Kept(first, column, out _));
        return count;
    }

    private void Copy(int row, int target)
    {
        int k = shape[1];
        nint first = (nint)row * k;
        float* lanes = stackalloc float[V.Lanes];
        for (int column = 0; column < k; column += V.Lanes)
        {
            uint bits = Kept(first, column, out V entries);
            if (bits == 0) continue;
            V.Store(entries, lanes);
            for (; bits != 0; bits &= bits - 1)
            {
                int lane = BitOperations.TrailingZeroCount(bits);
                columns![target] = column + lane;
                values![target++] = lanes[lane];
            }
        }
    }

    // The lanes that are not 0; a NaN is not.
    private uint Kept(nint first, int column, out V entries)
    {
        int count = Math.Min(shape[1] - column, V.Lanes);
        entries = count == V.Lanes ? reader.Load(first + column) : reader.LoadPartial(first + column, count);
        uint zeros = V.AtLeastBits(V.Zero, V.Abs(entries));
        return ~zeros & (uint)((1UL << V.Lanes) - 1);
    }
}
