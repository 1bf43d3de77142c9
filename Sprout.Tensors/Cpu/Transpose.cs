// Matrix transposition.
using Sprout.Tensors.Cpu.Threads;
using static Sprout.Tensors.Cpu.Threads.Division;

namespace Sprout.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend<V>
{
    // A tile of 32 × 32 floats is 4 KiB: both sides stay in the first-level cache.
    private const int TransposeTile = 32;

    /// <inheritdoc/>
    public void Transpose(Tensor x, Tensor y)
    {
        int rows = x.Shape.Rows, columns = x.Shape.Columns;
        workers.Run(PiecesOf(rows, TransposeTile), new TransposeWork(x.Pointer, y.Pointer, rows, columns));
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
