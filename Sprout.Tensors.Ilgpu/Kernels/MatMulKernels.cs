// The matrix product: 64 × 64 tiles in shared memory, 8 × 8 results in the registers of each thread.
using ILGPU;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>The extents of a product c [M, N] = a · b over K, and whether four neighbours of an operand may be read at once.</summary>
internal struct ProductSize
{
    public int M, N, K, VectorA, VectorB;
}

/// <summary>
/// One group of 64 threads a tile of c. Thread (ty, tx) of 8 × 8 owns rows ty · 4 to ty · 4 + 3 of both halves of the tile and columns tx · 4 to tx · 4 + 3 of
/// both halves, so that the four-float reads of neighbouring threads lie side by side.
/// </summary>
internal static class MatMulKernels
{
    /// <summary>Threads of a group.</summary>
    public const int Lanes = 64;

    /// <summary>Rows and columns of a tile.</summary>
    public const int Tile = 64;

    private const int Depth = 16;

    // Four more floats a line: the threads that write a column hit different banks, and lines still begin at a multiple of four floats.
    private const int Line = Tile + 4;

    private const int Line4 = Line / 4;

    public static void MatMul<TA, TB, TMask, TEpilogue>(ArrayView<float> a, ArrayView<float> b, ArrayView<int> bits, ArrayView<float> gates, ProductSize size, EpilogueData output)
        where TA : struct, IOperand where TB : struct, IOperand where TMask : struct, IMaskReader where TEpilogue : struct, IEpilogue
    {
        ArrayView<float> tileA = SharedMemory.Allocate<float>(Depth * Line), tileB = SharedMemory.Allocate<float>(Depth * Line);
        ArrayView<Float4> a4 = tileA.Cast<Float4>(), b4 = tileB.Cast<Float4>();
        int row = Grid.IdxY * Tile, column = Grid.IdxX * Tile, ty = Group.IdxX / 8, tx = Group.IdxX % 8;
        // cRH: row R of the thread's eight, half H of its columns. ILGPU keeps single variables in registers, but not arrays.
        Float4 c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default, c30 = default, c31 = default;
        Float4 c40 = default, c41 = default, c50 = default, c51 = default, c60 = default, c61 = default, c70 = default, c71 = default;
        for (int depth = 0; depth < size.K; depth += Depth)
        {
            Load<TA, NoMask>(a, bits, gates, tileA, row, depth, size.M, size.K, size.VectorA);
            Load<TB, TMask>(b, bits, gates, tileB, column, depth, size.N, size.K, size.VectorB);
            Group.Barrier();
            for (int p = 0; p < Depth; p++)
            {
                Float4 up = a4[(p * Line4) + ty], down = a4[(p * Line4) + 8 + ty], left = b4[(p * Line4) + tx], right = b4[(p * Line4) + 8 + tx];
                c00 = c00.AddScaled(up.X, left);
                c01 = c01.AddScaled(up.X, right);
                c10 = c10.AddScaled(up.Y, left);
                c11 = c11.AddScaled(up.Y, right);
                c20 = c20.AddScaled(up.Z, left);
                c21 = c21.AddScaled(up.Z, right);
                c30 = c30.AddScaled(up.W, left);
                c31 = c31.AddScaled(up.W, right);
                c40 = c40.AddScaled(down.X, left);
                c41 = c41.AddScaled(down.X, right);
                c50 = c50.AddScaled(down.Y, left);
                c51 = c51.AddScaled(down.Y, right);
                c60 = c60.AddScaled(down.Z, left);
                c61 = c61.AddScaled(down.Z, right);
                c70 = c70.AddScaled(down.W, left);
                c71 = c71.AddScaled(down.W, right);
            }

            Group.Barrier();
        }

        int top = row + (ty * 4), bottom = top + (Tile / 2), near = column + (tx * 4), far = near + (Tile / 2);
        Store<TEpilogue>(output, size, top, near, far, c00, c01);
        Store<TEpilogue>(output, size, top + 1, near, far, c10, c11);
        Store<TEpilogue>(output, size, top + 2, near, far, c20, c21);
        Store<TEpilogue>(output, size, top + 3, near, far, c30, c31);
        Store<TEpilogue>(output, size, bottom, near, far, c40, c41);
        Store<TEpilogue>(output, size, bottom + 1, near, far, c50, c51);
        Store<TEpilogue>(output, size, bottom + 2, near, far, c60, c61);
        Store<TEpilogue>(output, size, bottom + 3, near, far, c70, c71);
    }

    // tile[p, r] = the entry of operand row first + r at depth + p, masked; 0 outside. "Rows" are a's rows or b's columns.
    private static void Load<TOperand, TMask>(ArrayView<float> source, ArrayView<int> bits, ArrayView<float> gates, ArrayView<float> tile, int first, int depth, int rows, int depths, int vector)
        where TOperand : struct, IOperand where TMask : struct, IMaskReader
    {
        if (vector != 0 && first + Tile <= rows && depth + Depth <= depths)
        {
            ArrayView<Float4> source4 = source.Cast<Float4>();
            for (int i = 4 * Group.IdxX; i < Tile * Depth; i += 4 * Lanes)
            {
                int r = TOperand.RowOf(i, Tile, Depth), p = TOperand.DepthOf(i, Tile, Depth);
                int entry = TOperand.Entry(first + r, depth + p, rows, depths), to = (p * Line) + r;
                Float4 value = source4[entry / 4];
                tile[to] = TMask.Apply(value.X, bits, gates, entry);
                tile[to + TOperand.Step(Line)] = TMask.Apply(value.Y, bits, gates, entry + 1);
                tile[to + (2 * TOperand.Step(Line))] = TMask.Apply(value.Z, bits, gates, entry + 2);
                tile[to + (3 * TOperand.Step(Line))] = TMask.Apply(value.W, bits, gates, entry + 3);
            }

            return;
        }

        for (int i = Group.IdxX; i < Tile * Depth; i += Lanes)
        {
            int r = TOperand.RowOf(i, Tile, Depth), p = TOperand.DepthOf(i, Tile, Depth);
            float value = 0f;
            if (first + r < rows && depth + p < depths)
            {
                int entry = TOperand.Entry(first + r, depth + p, rows, depths);
                value = TMask.Apply(source[entry], bits, gates, entry);
            }

            tile[(p * Line) + r] = value;
        }
    }

    private static void Store<TEpilogue>(EpilogueData output, ProductSize size, int row, int near, int far, Float4 left, Float4 right) where TEpilogue : struct, IEpilogue
    {
        if (row >= size.M) return;
        Store4<TEpilogue>(output, size.N, row, near, left);
        Store4<TEpilogue>(output, size.N, row, far, right);
    }

    private static void Store4<TEpilogue>(EpilogueData output, int columns, int row, int column, Float4 value) where TEpilogue : struct, IEpilogue
    {
        int entry = (row * columns) + column;
        if (column < columns) TEpilogue.Store(output, value.X, entry, column);
        if (column + 1 < columns) TEpilogue.Store(output, value.Y, entry + 1, column + 1);
        if (column + 2 < columns) TEpilogue.Store(output, value.Z, entry + 2, column + 2);
        if (column + 3 < columns) TEpilogue.Store(output, value.W, entry + 3, column + 3);
    }
}
