// Sums over the rows of a matrix.
using ILGPU;
using Sprout.Tensors.Ilgpu.Kernels;

namespace Sprout.Tensors.Ilgpu;

public sealed partial class IlgpuBackend
{
    // Groups of a column sum that a multiprocessor should have, and the fewest rows of one.
    private const int ColumnGroupsWanted = 4, LeastRowsOfGroup = 32;

    /// <inheritdoc/>
    public void ColumnSum(Tensor x, Tensor y)
    {
        if (x.Count == 0) return;
        int rows = x.Shape.Rows, columns = x.Shape.Columns;
        (KernelConfig config, int rowsOfGroup, int groups) = ColumnGroups(rows, columns);
        using Tensor sums = Tensor.Rent(this, new Shape(groups, columns));
        launcher.Run(ColumnKernels.ColumnSum, config, View(x), View(sums), rows, columns, rowsOfGroup);
        AddGroups(sums, y);
    }

    // A matrix of few columns would leave most of a large device idle, so several groups share a column's rows.
    private (KernelConfig Config, int RowsOfGroup, int Groups) ColumnGroups(int rows, int columns)
    {
        int across = Divided(columns, ColumnKernels.Columns);
        int wanted = Math.Clamp(ColumnGroupsWanted * Math.Max(accelerator.NumMultiprocessors, 1) / across, 1, Divided(rows, LeastRowsOfGroup));
        int rowsOfGroup = Divided(rows, wanted), groups = Divided(rows, rowsOfGroup);
        return (new KernelConfig(new Index3D(across, groups, 1), new Index3D(lanes, 1, 1)), rowsOfGroup, groups);
    }

    private void AddGroups(Tensor sums, Tensor y) => launcher.Run(ColumnKernels.AddGroups, Elements(y.Count), View(sums), sums.Shape.Rows, View(y), (int)y.Count);
}
