// What is done to a whole matrix: sums of its columns, transposition.
using ILGPU;
using Sprout.Tensors.Ilgpu.Kernels;

namespace Sprout.Tensors.Ilgpu;

public sealed partial class IlgpuBackend
{
    /// <inheritdoc/>
    public void ColumnSum(Tensor x, Tensor y)
    {
        if (x.Count == 0) return;
        int rows = x.Shape.Rows, columns = x.Shape.Columns;
        (KernelConfig config, int rowsOfGroup, int groups) = ColumnGroups(rows, columns);
        using Tensor sums = Tensor.Rent(this, new Shape(groups, columns));
        launcher.Run(MatrixKernels.ColumnSum, config, View(x), View(sums), rows, columns, rowsOfGroup);
        AddGroups(sums, y);
    }

    /// <inheritdoc/>
    public void Transpose(Tensor x, Tensor y)
    {
        int rows = x.Shape.Rows, columns = x.Shape.Columns;
        var config = new KernelConfig(new Index3D(Divided(columns, MatrixKernels.Tile), Divided(rows, MatrixKernels.Tile), 1), new Index3D(lanes, 1, 1));
        if (x.Count > 0) launcher.Run(MatrixKernels.Transpose, config, View(x), View(y), rows, columns);
    }
}
