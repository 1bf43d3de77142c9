// The two small products that attention is made of.
using ILGPU;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>
/// Products of 32 × 32 tiles for one head, by a group of 64 threads: thread (ty, tx) of 8 × 8 owns rows ty · 4 to ty · 4 + 3 and columns tx · 4 to tx · 4 + 3.
/// A tile of probabilities is stored by column, tile[c · <see cref="Line"/> + r], so that four rows are one read.
/// </summary>
internal static class AttentionTiles
{
    /// <summary>Threads of a group.</summary>
    public const int Lanes = 64;

    /// <summary>Rows and columns of a tile, and how much of a head's width is in shared memory at a time.</summary>
    public const int Tile = 32;

    /// <summary>Floats from one line of a tile in shared memory to the next: a multiple of four that is none of 32, against bank conflicts.</summary>
    public const int Line = Tile + 4;

    /// <summary>Elements of a tile in shared memory.</summary>
    public const int Elements = Tile * Line;

    private const int Line4 = Line / 4;

    /// <summary>The first column of a head in a matrix of tokens, and its width.</summary>
    internal struct Head
    {
        public int Hidden, Column, Width;
    }

    /// <summary>
    /// result[c, r] = x row (xFirst + r) · y row (yFirst + c) over the head's width; rows from xEnd and yEnd on count as 0. Ends with a barrier.
    /// </summary>
    public static void RowProducts(
        ArrayView<float> x, int xFirst, int xEnd, ArrayView<float> y, int yFirst, int yEnd, Head head,
        ArrayView<float> tileX, ArrayView<float> tileY, ArrayView<float> result)
    {
        int ty = Group.IdxX / 8, tx = Group.IdxX % 8;
        ArrayView<Float4> x4 = tileX.Cast<Float4>(), y4 = tileY.Cast<Float4>(), result4 = result.Cast<Float4>();
        // Column by column: four rows each.
        Float4 s0 = default, s1 = default, s2 = default, s3 = default;
        for (int width = 0; width < head.Width; width += Tile)
        {
            LoadAcross(x, xFirst, xEnd, head, width, tileX);
            LoadAcross(y, yFirst, yEnd, head, width, tileY);
            Group.Barrier();
            for (int d = 0; d < Tile; d++)
            {
                Float4 rows = x4[(d * Line4) + ty], columns = y4[(d * Line4) + tx];
                s0 = Float4.MultiplyAdd(columns.X, rows, s0);
                s1 = Float4.MultiplyAdd(columns.Y, rows, s1);
                s2 = Float4.MultiplyAdd(columns.Z, rows, s2);
                s3 = Float4.MultiplyAdd(columns.W, rows, s3);
            }

            Group.Barrier();
        }

        int column = tx * 4;
        result4[(column * Line4) + ty] = s0;
        result4[((column + 1) * Line4) + ty] = s1;
        result4[((column + 2) * Line4) + ty] = s2;
        result4[((column + 3) * Line4) + ty] = s3;
        Group.Barrier();
    }

    /// <summary>
    /// to row (toFirst + r) = factors[r] · itself + Σ over c of weights[c, r] · y row (yFirst + c), over the head's width; a factor of 0 ignores what was
    /// there. Rows of y from yEnd on count as 0, rows of the result from toEnd on are not written. Ends with a barrier.
    /// </summary>
    public static void AddWeighted(
        ArrayView<float> weights, ArrayView<float> y, int yFirst, int yEnd, Head head, ArrayView<float> tileY, ArrayView<float> factors,
        ArrayView<float> to, int toFirst, int toEnd)
    {
        int ty = Group.IdxX / 8, tx = Group.IdxX % 8;
        ArrayView<Float4> weights4 = weights.Cast<Float4>(), y4 = tileY.Cast<Float4>();
        for (int width = 0; width < head.Width; width += Tile)
        {
            LoadAlong(y, yFirst, yEnd, head, width, tileY);
            Group.Barrier();
            Float4 s0 = default, s1 = default, s2 = default, s3 = default;
            for (int c = 0; c < Tile; c++)
            {
                Float4 rows = weights4[(c * Line4) + ty], columns = y4[(c * Line4) + tx];
                s0 = Float4.MultiplyAdd(rows.X, columns, s0);
                s1 = Float4.MultiplyAdd(rows.Y, columns, s1);
                s2 = Float4.MultiplyAdd(rows.Z, columns, s2);
                s3 = Float4.MultiplyAdd(rows.W, columns, s3);
            }

            int row = ty * 4, column = width + (tx * 4);
            StoreRow(to, toFirst + row, toEnd, head, column, factors[row], s0);
            StoreRow(to, toFirst + row + 1, toEnd, head, column, factors[row + 1], s1);
            StoreRow(to, toFirst + row + 2, toEnd, head, column, factors[row + 2], s2);
            StoreRow(to, toFirst + row + 3, toEnd, head, column, factors[row + 3], s3);
            Group.Barrier();
        }
    }

    // tile[d, r]: for products over the width.
    private static void LoadAcross(ArrayView<float> source, int first, int end, Head head, int width, ArrayView<float> tile)
    {
        for (int i = Group.IdxX; i < Tile * Tile; i += Lanes)
        {
            int r = i / Tile, d = i % Tile;
            tile[(d * Line) + r] = Entry(source, first + r, end, head, width + d);
        }
    }

    // tile[r, d]: for products over the rows.
    private static void LoadAlong(ArrayView<float> source, int first, int end, Head head, int width, ArrayView<float> tile)
    {
        for (int i = Group.IdxX; i < Tile * Tile; i += Lanes)
        {
            int r = i / Tile, d = i % Tile;
            tile[(r * Line) + d] = Entry(source, first + r, end, head, width + d);
        }
    }

    private static float Entry(ArrayView<float> source, int row, int end, Head head, int d) =>
        row < end && d < head.Width ? source[(row * head.Hidden) + head.Column + d] : 0f;

    private static void StoreRow(ArrayView<float> to, int row, int end, Head head, int d, float factor, Float4 value)
    {
        if (row >= end) return;
        int entry = (row * head.Hidden) + head.Column + d;
        if (d < head.Width) to[entry] = Scaled(to[entry], factor) + value.X;
        if (d + 1 < head.Width) to[entry + 1] = Scaled(to[entry + 1], factor) + value.Y;
        if (d + 2 < head.Width) to[entry + 2] = Scaled(to[entry + 2], factor) + value.Z;
        if (d + 3 < head.Width) to[entry + 3] = Scaled(to[entry + 3], factor) + value.W;
    }

    // What was never written may be a NaN.
    private static float Scaled(float x, float factor) => factor == 0f ? 0f : x * factor;
}
