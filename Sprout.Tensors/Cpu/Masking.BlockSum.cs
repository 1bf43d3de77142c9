// Sums over the blocks of a matrix.
using System.Runtime.CompilerServices;
using Sprout.Tensors.Cpu.Threads;
using Sprout.Tensors.Simd;
using static Sprout.Tensors.Cpu.Threads.Division;

namespace Sprout.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend<V>
{
    // Columns that are summed down a block in one go, on the stack.
    private const int StripColumns = 256;

    /// <inheritdoc/>
    public void BlockSum(Tensor x, Tensor? y, int blockRows, int blockColumns, Tensor blocks)
    {
        int rows = x.Shape.Rows, columns = x.Shape.Columns;
        if (rows == 0 || columns == 0) return;
        if (blockRows == 1 && blockColumns == 1)
        {
            ForEach(x.Count, new EntryStep(x.Pointer, PointerOf(y), blocks.Pointer));
            return;
        }

        // A piece is a group of blocks side by side.
        int perRow = DivideUp(columns, blockColumns), perPiece = Math.Max(StripColumns / blockColumns, 1), piecesPerRow = DivideUp(perRow, perPiece);
        workers.Run(
            DivideUp(rows, blockRows) * piecesPerRow,
            new BlockSumWork(x.Pointer, PointerOf(y), rows, columns, blockRows, blockColumns, perPiece, piecesPerRow, blocks.Pointer));
    }

    // Blocks of one entry, the usual ones.
    private readonly struct EntryStep(float* x, float* y, float* blocks) : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step(long i, int lanes) => Write(y == null ? V.Abs(Read(x + i, lanes)) : Read(x + i, lanes) * Read(y + i, lanes), blocks + i, lanes);
    }

    private readonly struct BlockSumWork(
        float* x, float* y, int rows, int columns, int blockRows, int blockColumns, int perPiece, int piecesPerRow, float* blocks) : IWork
    {
        [SkipLocalsInit]
        public void Run(int piece)
        {
            float* strip = stackalloc float[StripColumns];
            int blockRow = piece / piecesPerRow, first = piece % piecesPerRow * perPiece;
            int perRow = DivideUp(columns, blockColumns), last = Math.Min(first + perPiece, perRow);
            float* sums = blocks + ((long)blockRow * perRow);
            new Span<float>(sums + first, last - first).Clear();
            int end = (int)Math.Min((long)last * blockColumns, columns);
            for (int column = first * blockColumns; column < end; column += StripColumns)
            {
                int length = Math.Min(StripColumns, end - column);
                SumRows(blockRow * blockRows, column, length, strip);
                for (int j = 0; j < length;)
                {
                    int block = (column + j) / blockColumns, run = Math.Min(((block + 1) * blockColumns) - column, length) - j;
                    sums[block] += SumOf(strip + j, run);
                    j += run;
                }
            }
        }

        // strip = Σ over the rows of the block, column by column.
        [MethodImpl(Jit.Kernel)]
        private void SumRows(int row, int column, int length, float* strip)
        {
            int end = (int)Math.Min((long)row + blockRows, rows);
            for (int j = 0; j < length; j += V.Lanes)
            {
                int lanes = Math.Min(V.Lanes, length - j);
                V sum = V.Zero;
                for (int i = row; i < end; i++)
                {
                    long at = ((long)i * columns) + column + j;
                    V value = Read(x + at, lanes);
                    sum = y == null ? sum + V.Abs(value) : V.MultiplyAdd(value, Read(y + at, lanes), sum);
                }

                Write(sum, strip + j, lanes);
            }
        }
    }
}
