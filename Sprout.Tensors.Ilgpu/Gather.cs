// Rows of tables and transposition.
using ILGPU;
using Sprout.Tensors.Ilgpu.Kernels;

namespace Sprout.Tensors.Ilgpu;

public sealed partial class IlgpuBackend
{
    /// <inheritdoc/>
    public void Gather(Tensor table, IntTensor rows, Tensor y, bool accumulate)
    {
        if (y.Count > 0) launcher.Run(TableKernels.Gather, Elements(y.Count), View(table), View(rows), View(y), Flag(accumulate), y.Shape.Columns, (int)y.Count);
    }

    /// <inheritdoc/>
    public void ScatterAdd(Tensor dy, IntTensor rows, Tensor dtable)
    {
        if (dy.Count == 0) return;
        int tokens = dy.Shape.Rows, columns = dy.Shape.Columns, width = Math.Min(lanes, 64);
        using IntTensor order = IntTensor.Rent(this, tokens);
        launcher.Run(TableKernels.SortByRow, Elements(tokens), View(rows), View(order), tokens);
        var config = new KernelConfig(new Index3D(tokens, Divided(columns, width), 1), new Index3D(width, 1, 1));
        launcher.Run(TableKernels.ScatterAdd, config, View(dy), View(rows), View(order), View(dtable), columns, tokens);
    }

    /// <inheritdoc/>
    public void Transpose(Tensor x, Tensor y)
    {
        int rows = x.Shape.Rows, columns = x.Shape.Columns;
        var config = new KernelConfig(new Index3D(Divided(columns, TableKernels.Tile), Divided(rows, TableKernels.Tile), 1), new Index3D(lanes, 1, 1));
        if (x.Count > 0) launcher.Run(TableKernels.Transpose, config, View(x), View(y), rows, columns);
    }
}
