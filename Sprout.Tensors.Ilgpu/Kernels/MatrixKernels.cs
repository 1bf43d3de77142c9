using ILGPU;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>Device side of the column sums, which <see cref="SumKernels.AddGroups"/> finishes, and of the transposition.</summary>
internal static class MatrixKernels
{
    /// <summary>Rows and columns of one transposed tile.</summary>
    public const int Tile = 32;

    /// <summary>sums[Grid.IdxY, column] = Σ x[row, column] over the rows of this group.</summary>
    public static void ColumnSum(ArrayView<float> x, ArrayView<float> sums, int rows, int columns, int rowsOfGroup)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(Reduce.MaxLanes);
        int lane = Group.IdxX, column = (Grid.IdxX * ColumnTile.Columns) + (lane % ColumnTile.Columns);
        int first = Grid.IdxY * rowsOfGroup, end = first + rowsOfGroup < rows ? first + rowsOfGroup : rows;
        float sum = 0f;
        if (column < columns)
        {
            for (int row = first + (lane / ColumnTile.Columns); row < end; row += Group.DimX / ColumnTile.Columns) sum += x[(row * columns) + column];
        }

        ColumnTile.Sum(shared, sum);
        if (lane < ColumnTile.Columns && column < columns) sums[(Grid.IdxY * columns) + column] = shared[lane];
    }

    public static void Transpose(ArrayView<float> x, ArrayView<float> y, int rows, int columns)
    {
        // One more column, so that a column of the tile lies in different banks.
        ArrayView<float> tile = SharedMemory.Allocate<float>(Tile * (Tile + 1));
        int firstRow = Grid.IdxY * Tile, firstColumn = Grid.IdxX * Tile;
        for (int i = Group.IdxX; i < Tile * Tile; i += Group.DimX)
        {
            int row = firstRow + (i / Tile), column = firstColumn + (i % Tile);
            if (row < rows && column < columns) tile[(i / Tile * (Tile + 1)) + (i % Tile)] = x[(row * columns) + column];
        }

        Group.Barrier();
        for (int i = Group.IdxX; i < Tile * Tile; i += Group.DimX)
        {
            int row = firstRow + (i % Tile), column = firstColumn + (i / Tile);
            if (row < rows && column < columns) y[(column * rows) + row] = tile[(i % Tile * (Tile + 1)) + (i / Tile)];
        }
    }
}
