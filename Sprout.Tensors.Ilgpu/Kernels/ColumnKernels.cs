// Sums of columns.
using ILGPU;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>
/// Sums over the rows of a matrix: a group takes <see cref="Columns"/> columns of some rows, its threads stand in rows below them and are added up at the end. What the
/// groups of one column found lies one row below the other and is added up, in order, by a second kernel.
/// </summary>
internal static class ColumnKernels
{
    /// <summary>Neighbouring columns of one group: what one memory access brings.</summary>
    public const int Columns = 32;

    /// <summary>sums[Grid.IdxY, column] = Σ x[row, column] over the rows of this group.</summary>
    public static void ColumnSum(ArrayView<float> x, ArrayView<float> sums, int rows, int columns, int rowsOfGroup)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(Reduce.MaxLanes);
        int lane = Group.IdxX, column = (Grid.IdxX * Columns) + (lane % Columns);
        int first = Grid.IdxY * rowsOfGroup, end = first + rowsOfGroup < rows ? first + rowsOfGroup : rows;
        float sum = 0f;
        if (column < columns)
        {
            for (int row = first + (lane / Columns); row < end; row += Group.DimX / Columns) sum += x[(row * columns) + column];
        }

        SumBelow(shared, sum);
        if (lane < Columns && column < columns) sums[(Grid.IdxY * columns) + column] = shared[lane];
    }

    /// <summary>y[column] += Σ sums[group, column] over the groups.</summary>
    public static void AddGroups(ArrayView<float> sums, int groups, ArrayView<float> y, int columns)
    {
        for (int column = Threads.Index; column < columns; column += Threads.Count)
        {
            float sum = 0f;
            for (int group = 0; group < groups; group++) sum += sums[(group * columns) + column];
            y[column] += sum;
        }
    }

    /// <summary>shared[lane] of the first <see cref="Columns"/> threads = the sum of the values of the threads below them.</summary>
    public static void SumBelow(ArrayView<float> shared, float value)
    {
        int lane = Group.IdxX;
        shared[lane] = value;
        Group.Barrier();
        for (int half = Group.DimX / 2; half >= Columns; half /= 2)
        {
            if (lane < half) shared[lane] += shared[lane + half];
            Group.Barrier();
        }
    }
}
