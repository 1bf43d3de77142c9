// Copies blocks of a matrix into the panels that the register tiles read.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Cpu.Gemm;

/// <summary>
/// Panels of one operand: entry (line, step) of panel q lies at <c>panels + q · PanelStride + step · Width + line</c>. A line is a row of A or a column of B;
/// a panel holds <c>Lines</c> of them (the tile's rows or columns) in <c>Width</c> places, whole registers. Places without a line hold zeros or values that nobody reads.
/// </summary>
internal readonly unsafe struct Panels<V>(float* destination, int lines, int width, nint panelStride) where V : struct, IVector<V>
{
    // How far ahead of the reading PackRows asks for rows: about so many cache lines, one of each panel a row, and no more than so many rows.
    private const int LinesAhead = 96, MostRowsAhead = 12;

    /// <summary>Packs from a matrix whose steps are rows: entry (line, step) is at <c>start + step · ld + line</c>.</summary>
    /// <param name="reader">The matrix.</param>
    /// <param name="start">The entry of the first line and step.</param>
    /// <param name="ld">Entries from row to row.</param>
    /// <param name="available">Lines from the first one to the end of the matrix.</param>
    /// <param name="panels">The number of panels to fill.</param>
    /// <param name="steps">The number of steps.</param>
    [MethodImpl(Jit.Kernel)]
    public void PackRows<TReader>(TReader reader, nint start, nint ld, int available, int panels, int steps) where TReader : struct, IReader<V>
    {
        // Rows outermost: one row feeds all panels, so memory is read in long runs. Copies of the fields stay in registers, which stores through pointers would not allow them.
        int tile = lines, places = width, whole = Math.Clamp((available - width + lines) / lines, 0, panels);
        nint stride = panelStride, ahead = Math.Clamp(LinesAhead / Math.Max(panels, 1), 1, MostRowsAhead) * ld;
        float* target = destination;
        for (int step = 0; step < steps; step++, start += ld, target += places)
        {
            float* panel = target;
            nint entry = start;
            for (int q = 0; q < whole; q++, panel += stride, entry += tile)
            {
                // The runs are too short for the memory's prefetcher to see what comes next.
                if (Sse.IsSupported && reader.Plain != null) Sse.Prefetch0(reader.Plain + entry + ahead);
                for (int i = 0; i < places; i += V.Lanes) V.Store(reader.Load(entry + i), panel + i);
            }

            for (int q = whole; q < panels; q++, panel += stride, entry += tile)
            {
                int left = available - (q * tile);
                for (int i = 0; i < places; i += V.Lanes) V.Store(reader.LoadPartial(entry + i, Math.Clamp(left - i, 0, V.Lanes)), panel + i);
            }
        }
    }

    /// <summary>Packs from a matrix whose lines are rows: entry (line, step) is at <c>start + line · ld + step</c>. Parameters as in <see cref="PackRows"/>.</summary>
    [MethodImpl(Jit.Kernel)]
    public void PackTransposed<TReader>(TReader reader, nint start, nint ld, int available, int panels, int steps) where TReader : struct, IReader<V>
    {
        float* square = stackalloc float[V.Lanes * V.Lanes];
        float* panel = destination;
        for (int q = 0; q < panels; q++, panel += panelStride, start += lines * ld, available -= lines)
        {
            // Lanes rows at a time from end to end: more would be too many streams for the memory's prefetcher.
            for (int line = 0; line < width; line += V.Lanes)
            {
                int rows = Math.Min(available - line, V.Lanes);
                for (int step = 0; step < steps; step += V.Lanes)
                {
                    nint corner = start + (line * ld) + step;
                    float* target = panel + ((nint)step * width);
                    int columns = Math.Min(steps - step, V.Lanes);
                    if (rows < V.Lanes || columns < V.Lanes)
                    {
                        PackCorner(reader, corner, ld, rows, columns, target + line);
                    }
                    else if (reader.Plain != null)
                    {
                        SquareTranspose.Run<V>(reader.Plain + corner, ld, target + line, width);
                    }
                    else
                    {
                        for (int i = 0; i < V.Lanes; i++) V.Store(reader.Load(corner + (i * ld)), square + (i * V.Lanes));
                        SquareTranspose.Run<V>(square, V.Lanes, target + line, width);
                    }
                }
            }
        }
    }

    // Where lines or steps end within a square: fewer rows are read and filled up with zeros, fewer columns are written.
    private void PackCorner<TReader>(TReader reader, nint corner, nint ld, int rows, int columns, float* target) where TReader : struct, IReader<V>
    {
        float* square = stackalloc float[V.Lanes * V.Lanes];
        for (int i = 0; i < V.Lanes; i++) V.Store(i < rows ? reader.LoadPartial(corner + (i * ld), columns) : V.Zero, square + (i * V.Lanes));
        SquareTranspose.Run<V>(square, V.Lanes, square, V.Lanes);
        for (int i = 0; i < columns; i++) V.Store(V.Load(square + (i * V.Lanes)), target + (i * width));
    }
}
