// Rows of a table by index, and their gradients back into the table.
using System.Runtime.CompilerServices;
using Sprout.Tensors.Cpu.Threads;
using Sprout.Tensors.Simd;
using static Sprout.Tensors.Cpu.Threads.Division;

namespace Sprout.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend<V>
{
    // Columns of a piece of ScatterAdd: whole cache lines, so that pieces share none.
    private const int ScatterColumns = 64;

    /// <inheritdoc/>
    public void Gather(Tensor table, IntTensor rows, Tensor y, bool accumulate)
    {
        int columns = y.Shape.Columns, rowsPerPiece = RowsPerPiece(columns);
        workers.Run(
            PiecesOf(rows.Length, rowsPerPiece), new GatherWork(table.Pointer, rows.Pointer, rows.Length, columns, rowsPerPiece, accumulate, y.Pointer));
    }

    /// <inheritdoc/>
    public void ScatterAdd(Tensor dy, IntTensor rows, Tensor dtable)
    {
        int columns = dy.Shape.Columns;
        workers.Run(PiecesOf(columns, ScatterColumns), new ScatterWork(dy.Pointer, rows.Pointer, rows.Length, columns, dtable.Pointer));
    }

    // y += x.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRow(float* x, float* y, int count)
    {
        int i = 0;
        for (; i + V.Lanes <= count; i += V.Lanes) V.Store(V.Load(y + i) + V.Load(x + i), y + i);
        if (i < count) V.StorePartial(V.LoadPartial(y + i, count - i) + V.LoadPartial(x + i, count - i), y + i, count - i);
    }

    private readonly struct GatherWork(float* table, int* rows, int count, int columns, int rowsPerPiece, bool accumulate, float* y) : IWork
    {
        [MethodImpl(Jit.Kernel)]
        public void Run(int piece)
        {
            int end = Math.Min((piece + 1) * rowsPerPiece, count);
            for (int t = piece * rowsPerPiece; t < end; t++)
            {
                float* from = table + ((long)rows[t] * columns), to = y + ((long)t * columns);
                if (accumulate) AddRow(from, to, columns);
                else new ReadOnlySpan<float>(from, columns).CopyTo(new Span<float>(to, columns));
            }
        }
    }

    // A piece owns some columns of the whole table, so the order of its sums is that of t.
    private readonly struct ScatterWork(float* dy, int* rows, int count, int columns, float* dtable) : IWork
    {
        [MethodImpl(Jit.Kernel)]
        public void Run(int piece)
        {
            int start = piece * ScatterColumns, length = Math.Min(ScatterColumns, columns - start);
            for (int t = 0; t < count; t++) AddRow(dy + ((long)t * columns) + start, dtable + ((long)rows[t] * columns) + start, length);
        }
    }
}
