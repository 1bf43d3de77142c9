using ILGPU;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>
/// How a group sums over the rows of a matrix: it takes <see cref="Columns"/> columns of some rows, its threads stand in rows below them and are added up at
/// the end. What the groups of one column found lies one row below the other and is added up, in order, by <see cref="SumKernels.AddGroups"/>.
/// </summary>
internal static class ColumnTile
{
    /// <summary>Neighbouring columns of one group: what one memory access brings.</summary>
    public const int Columns = 32;

    /// <summary>shared[lane] of the first <see cref="Columns"/> threads = the sum of the values of the threads below them.</summary>
    public static void Sum(ArrayView<float> shared, float value)
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
