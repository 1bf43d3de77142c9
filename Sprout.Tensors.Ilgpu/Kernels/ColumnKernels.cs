// Sums of columns.
using ILGPU;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>Sums over the rows of a matrix: a group takes <see cref="Columns"/> columns, its threads stand in rows below them and are added up at the end.</summary>
internal static class ColumnKernels
{
    /// <summary>Neighbouring columns of one group: what one memory access brings.</summary>
    public const int Columns = 32;

    public static void ColumnSum(ArrayView<float> x, ArrayView<float> y, int rows, int columns)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(Reduce.MaxLanes);
        int lane = Group.IdxX, column = (Grid.IdxX * Columns) + (lane % Columns);
        float sum = 0f;
        if (column < columns)
        {
            for (int row = lane / Columns; row < rows; row += Group.DimX / Columns) sum += x[(row * columns) + column];
        }

        SumBelow(shared, sum);
        if (lane < Columns && column < columns) y[column] += shared[lane];
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
