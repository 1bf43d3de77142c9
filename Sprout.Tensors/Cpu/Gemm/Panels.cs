using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Cpu.Gemm;

/// <summary>
/// Copies a block of a matrix into the panels that register tiles read: entry (i, p) of panel q, with i counting its rows of A or columns of B and p the values
/// of k, lies at
/// <c>destination + q · stride + p · Width + i</c>. Places of the padding hold zeros or values that nobody reads.
/// </summary>
/// <param name="destination">The first panel.</param>
/// <param name="shape">How the operand is cut into panels.</param>
/// <param name="stride">Floats from panel to panel.</param>
internal readonly unsafe struct Panels<V>(float* destination, PanelShape shape, nint stride) where V : struct, IVector<V>
{
    // How far ahead of the reading PackRows asks for rows: about so many cache lines, one of each panel a row, and no more than so many rows.
    private const int LinesAhead = 96, MostRowsAhead = 12;

    /// <summary>Packs from a matrix each of whose rows is one value of k: entry (i, p) of the block is at <c>start + p · ld + i</c>.</summary>
    /// <param name="reader">The matrix.</param>
    /// <param name="start">The first entry of the block.</param>
    /// <param name="ld">Entries from row to row.</param>
    /// <param name="available">Rows of A or columns of B from the first one of the block to the end of the matrix.</param>
    /// <param name="panels">The number of panels to fill.</param>
    /// <param name="kc">The values of k.</param>
    [MethodImpl(Jit.Kernel)]
    public void PackRows<TReader>(TReader reader, nint start, nint ld, int available, int panels, int kc) where TReader : struct, IReader<V>
    {
        // Rows outermost: one row feeds all panels, so memory is read in long runs. Copies of the fields stay in registers, which stores through pointers would
        // not allow them.
        int tile = shape.Tile, width = shape.Width, whole = Math.Clamp((available - width + tile) / tile, 0, panels);
        nint step = stride, ahead = Math.Clamp(LinesAhead / Math.Max(panels, 1), 1, MostRowsAhead) * ld;
        float* target = destination;
        for (int p = 0; p < kc; p++, start += ld, target += width)
        {
            float* panel = target;
            nint entry = start;
            for (int q = 0; q < whole; q++, panel += step, entry += tile)
            {
                // The runs are too short for the memory's prefetcher to see what comes next.
                if (Sse.IsSupported && reader.Plain != null) Sse.Prefetch0(reader.Plain + entry + ahead);
                for (int i = 0; i < width; i += V.Lanes) V.Store(reader.Load(entry + i), panel + i);
            }

            for (int q = whole; q < panels; q++, panel += step, entry += tile)
            {
                int left = available - (q * tile);
                for (int i = 0; i < width; i += V.Lanes) V.Store(reader.LoadPartial(entry + i, Math.Clamp(left - i, 0, V.Lanes)), panel + i);
            }
        }
    }

    /// <summary>
    /// Packs from a matrix whose rows run along k: entry (i, p) of the block is at <c>start + i · ld + p</c>. Parameters as in <see cref="PackRows"/>.
    /// </summary>
    [MethodImpl(Jit.Kernel)]
    public void PackTransposed<TReader>(TReader reader, nint start, nint ld, int available, int panels, int kc) where TReader : struct, IReader<V>
    {
        float* square = stackalloc float[V.Lanes * V.Lanes];
        int tile = shape.Tile, width = shape.Width;
        float* panel = destination;
        for (int q = 0; q < panels; q++, panel += stride, start += tile * ld, available -= tile)
        {
            // Lanes rows at a time from end to end: more would be too many streams for the memory's prefetcher.
            for (int i = 0; i < width; i += V.Lanes)
            {
                int rows = Math.Min(available - i, V.Lanes);
                for (int p = 0; p < kc; p += V.Lanes)
                {
                    nint corner = start + (i * ld) + p;
                    float* target = panel + ((nint)p * width);
                    int columns = Math.Min(kc - p, V.Lanes);
                    if (rows < V.Lanes || columns < V.Lanes)
                    {
                        PackCorner(reader, corner, ld, rows, columns, target + i);
                    }
                    else if (reader.Plain != null)
                    {
                        SquareTranspose.Run<V>(reader.Plain + corner, ld, target + i, width);
                    }
                    else
                    {
                        for (int row = 0; row < V.Lanes; row++) V.Store(reader.Load(corner + (row * ld)), square + (row * V.Lanes));
                        SquareTranspose.Run<V>(square, V.Lanes, target + i, width);
                    }
                }
            }
        }
    }

    // Where the matrix or kc ends within a square: fewer rows are read and filled up with zeros, fewer columns are written.
    private void PackCorner<TReader>(TReader reader, nint corner, nint ld, int rows, int columns, float* target) where TReader : struct, IReader<V>
    {
        float* square = stackalloc float[V.Lanes * V.Lanes];
        for (int i = 0; i < V.Lanes; i++) V.Store(i < rows ? reader.LoadPartial(corner + (i * ld), columns) : V.Zero, square + (i * V.Lanes));
        SquareTranspose.Run<V>(square, V.Lanes, square, V.Lanes);
        for (int i = 0; i < columns; i++) V.Store(V.Load(square + (i * V.Lanes)), target + (i * shape.Width));
    }
}
