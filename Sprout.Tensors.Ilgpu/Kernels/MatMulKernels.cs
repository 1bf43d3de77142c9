// The matrix product: 64 × 64 tiles in shared memory, 8 × 8 results in the registers of each thread.
using ILGPU;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>
/// The extents of a product c [M, N] = a · b over K, how deep a slice of K one group goes, and whether four neighbours of an operand may be read at once.
/// </summary>
internal struct ProductSize
{
    public int M, N, K, Slice, VectorA, VectorB;
}

/// <summary>
/// One group of 64 threads a tile of c. Thread (ty, tx) of 8 × 8 owns rows ty · 4 to ty · 4 + 3 of both halves of the tile and columns tx · 4 to tx · 4 + 3 of
/// both halves, so that the four-float reads of neighbouring threads lie side by side. Slices of K, the grid's third extent, store one product after the other.
/// </summary>
internal static class MatMulKernels
{
    /// <summary>Threads of a group.</summary>
    public const int Lanes = 64;

    /// <summary>Rows and columns of a tile.</summary>
    public const int Tile = 64;

    /// <summary>Steps of K between two barriers; a slice is a multiple of it.</summary>
    public const int Depth = 16;

    // Four more floats a line: the threads that write a column hit different banks, and lines still begin at a multiple of four floats.
    private const int Line = Tile + 4;

    private const int Line4 = Line / 4;

    public static void MatMul<TA, TB, TMask, TEpilogue>(
        ArrayView<float> a, ArrayView<float> b, ArrayView<int> bits, ArrayView<float> gates, ProductSize size, EpilogueData output)
        where TA : struct, IOperand where TB : struct, IOperand where TMask : struct, IMaskReader where TEpilogue : struct, IEpilogue
    {
        ArrayView<float> tileA = SharedMemory.Allocate<float>(Depth * Line), tileB = SharedMemory.Allocate<float>(Depth * Line);
        ArrayView<Float4> a4 = tileA.Cast<Float4>(), b4 = tileB.Cast<Float4>();
        int row = Grid.IdxY * Tile, column = Grid.IdxX * Tile, ty = Group.IdxX / 8, tx = Group.IdxX % 8;
        int first = Grid.IdxZ * size.Slice, end = first + size.Slice < size.K ? first + size.Slice : size.K;
        RegisterTile sums = default;
        for (int depth = first; depth < end; depth += Depth)
        {
            Load<TA, NoMask>(a, bits, gates, tileA, row, depth, size.M, size.K, size.VectorA);
            Load<TB, TMask>(b, bits, gates, tileB, column, depth, size.N, size.K, size.VectorB);
            Group.Barrier();
            // Two steps at a time, at constant places behind one address, so that more of the instructions count.
            for (int p = 0; p < Depth * Line4; p += 2 * Line4)
            {
                ArrayView<Float4> nextA = a4.SubView(p + ty, Line4 + 9), nextB = b4.SubView(p + tx, Line4 + 9);
                sums = sums.Plus(nextA[0], nextA[8], nextB[0], nextB[8]);
                sums = sums.Plus(nextA[Line4], nextA[Line4 + 8], nextB[Line4], nextB[Line4 + 8]);
            }

            Group.Barrier();
        }

        int top = row + (ty * 4), bottom = top + (Tile / 2), near = column + (tx * 4), far = near + (Tile / 2);
        int before = Grid.IdxZ * size.M * size.N;
        Store<TEpilogue>(output, size, before, top, near, far, sums.C00, sums.C01);
        Store<TEpilogue>(output, size, before, top + 1, near, far, sums.C10, sums.C11);
        Store<TEpilogue>(output, size, before, top + 2, near, far, sums.C20, sums.C21);
        Store<TEpilogue>(output, size, before, top + 3, near, far, sums.C30, sums.C31);
        Store<TEpilogue>(output, size, before, bottom, near, far, sums.C40, sums.C41);
        Store<TEpilogue>(output, size, before, bottom + 1, near, far, sums.C50, sums.C51);
        Store<TEpilogue>(output, size, before, bottom + 2, near, far, sums.C60, sums.C61);
        Store<TEpilogue>(output, size, before, bottom + 3, near, far, sums.C70, sums.C71);
    }

    // tile[p, r] = the entry of operand row first + r at depth + p, masked; 0 outside. "Rows" are a's rows or b's columns.
    private static void Load<TOperand, TMask>(
        ArrayView<float> source, ArrayView<int> bits, ArrayView<float> gates, ArrayView<float> tile, int first, int depth, int rows, int depths, int vector)
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

    private static void Store<TEpilogue>(
        EpilogueData output, ProductSize size, int before, int row, int near, int far, Float4 left, Float4 right) where TEpilogue : struct, IEpilogue
    {
        if (row >= size.M) return;
        int line = before + (row * size.N);
        Store4<TEpilogue>(output, size.N, line, near, left);
        Store4<TEpilogue>(output, size.N, line, far, right);
    }

    private static void Store4<TEpilogue>(EpilogueData output, int columns, int line, int column, Float4 value) where TEpilogue : struct, IEpilogue
    {
        int entry = line + column;
        if (column < columns) TEpilogue.Store(output, value.X, entry, column);
        if (column + 1 < columns) TEpilogue.Store(output, value.Y, entry + 1, column + 1);
        if (column + 2 < columns) TEpilogue.Store(output, value.Z, entry + 2, column + 2);
        if (column + 3 < columns) TEpilogue.Store(output, value.W, entry + 3, column + 3);
    }
}
