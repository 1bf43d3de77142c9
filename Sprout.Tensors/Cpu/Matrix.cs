// What is done to a whole matrix: sums of its columns, transposition.
using System.Runtime.CompilerServices;
using Sprout.Tensors.Cpu.Threads;
using Sprout.Tensors.Simd;
using static Sprout.Tensors.Cpu.Threads.Division;

namespace Sprout.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend<V>
{
    // A tile of 32 × 32 floats is 4 KiB: both sides stay in the first-level cache.
    private const int TransposeTile = 32;

    /// <inheritdoc/>
    public void ColumnSum(Tensor x, Tensor y)
    {
        int rows = x.Shape.Rows, columns = x.Shape.Columns;
        if (rows == 0 || columns == 0) return;
        int rowsPerPiece = RowsPerPartialSum(columns), pieces = PiecesOf(rows, rowsPerPiece);
        DeviceBuffer partials = Allocate((long)pieces * columns * sizeof(float));
        float* sums = (float*)partials.Address;
        workers.Run(pieces, new ColumnSumWork(x.Pointer, rows, columns, rowsPerPiece, sums));
        AddPartials(sums, pieces, columns, columns, y.Pointer);
        Free(partials);
    }

    /// <inheritdoc/>
    public void Transpose(Tensor x, Tensor y)
    {
        int rows = x.Shape.Rows, columns = x.Shape.Columns;
        workers.Run(PiecesOf(rows, TransposeTile), new TransposeWork(x.Pointer, y.Pointer, rows, columns));
    }

    private readonly struct ColumnSumWork(float* x, int rows, int columns, int rowsPerPiece, float* sums) : IWork
    {
        [MethodImpl(Jit.Kernel)]
        public void Run(int piece)
        {
            int start = piece * rowsPerPiece, end = Math.Min(start + rowsPerPiece, rows);
            float* to = sums + ((long)piece * columns);
            int j = 0;
            // Four registers of columns stay in place while the rows go by.
            for (; j + (4 * V.Lanes) <= columns; j += 4 * V.Lanes)
            {
                V a = V.Zero, b = V.Zero, c = V.Zero, d = V.Zero;
                float* from = x + ((long)start * columns) + j;
                for (int row = start; row < end; row++, from += columns)
                {
                    a += V.Load(from);
                    b += V.Load(from + V.Lanes);
                    c += V.Load(from + (2 * V.Lanes));
                    d += V.Load(from + (3 * V.Lanes));
                }

                V.Store(a, to + j);
                V.Store(b, to + j + V.Lanes);
                V.Store(c, to + j + (2 * V.Lanes));
                V.Store(d, to + j + (3 * V.Lanes));
            }

            for (; j < columns; j += V.Lanes)
            {
                int lanes = Math.Min(V.Lanes, columns - j);
                V sum = V.Zero;
                for (int row = start; row < end; row++) sum += Read(x + ((long)row * columns) + j, lanes);
                Write(sum, to + j, lanes);
            }
        }
    }

    private readonly struct TransposeWork(float* x, float* y, int rows, int columns) : IWork
    {
        public void Run(int piece)
        {
            int first = piece * TransposeTile, end = Math.Min(first + TransposeTile, rows);
            for (int column = 0; column < columns; column += TransposeTile)
            {
                int last = Math.Min(column + TransposeTile, columns);
                for (int c = column; c < last; c++)
                    for (int r = first; r < end; r++) y[((long)c * rows) + r] = x[((long)r * columns) + c];
            }
        }
    }
}
