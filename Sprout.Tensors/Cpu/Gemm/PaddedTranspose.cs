using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Cpu.Gemm;

/// <summary>Transposes the keys and values of a head, so that products run over registers of keys.</summary>
internal static unsafe class PaddedTranspose
{
    /// <summary>target[c][r] = source[r][c]. The target's rows are filled up to whole registers by repeating the last source row.</summary>
    /// <param name="source">The first row; nothing beyond <paramref name="rows"/> × <paramref name="columns"/> is read.</param>
    /// <param name="sourceStride">Floats from row to row.</param>
    /// <param name="rows">Source rows, at least 1.</param>
    /// <param name="columns">Source columns.</param>
    /// <param name="target">The first row of the result.</param>
    /// <param name="targetStride">Floats from row to row of the result.</param>
    public static void Run<V>(float* source, nint sourceStride, int rows, int columns, float* target, nint targetStride) where V : struct, IVector<V>
    {
        for (int row = 0; row < rows; row += V.Lanes)
        {
            Prefetch.Rows(source + ((row + V.Lanes) * sourceStride), sourceStride, V.Lanes, columns);
            for (int column = 0; column < columns; column += V.Lanes)
            {
                float* from = source + (row * sourceStride) + column, to = target + (column * targetStride) + row;
                if (row + V.Lanes <= rows && column + V.Lanes <= columns) SquareTranspose.Run<V>(from, sourceStride, to, targetStride);
                else Edge<V>(from, sourceStride, Math.Min(rows - row, V.Lanes), Math.Min(columns - column, V.Lanes), to, targetStride);
            }
        }
    }

    // A square that lacks rows or columns, by way of a whole one.
    private static void Edge<V>(float* source, nint sourceStride, int rows, int columns, float* target, nint targetStride) where V : struct, IVector<V>
    {
        float* square = stackalloc float[V.Lanes * V.Lanes];
        for (int r = 0; r < V.Lanes; r++) V.Store(V.LoadPartial(source + (Math.Min(r, rows - 1) * sourceStride), columns), square + (r * V.Lanes));
        if (columns == V.Lanes)
        {
            SquareTranspose.Run<V>(square, V.Lanes, target, targetStride);
            return;
        }

        SquareTranspose.Run<V>(square, V.Lanes, square, V.Lanes);
        for (int c = 0; c < columns; c++) V.Store(V.Load(square + (c * V.Lanes)), target + (c * targetStride));
    }
}
