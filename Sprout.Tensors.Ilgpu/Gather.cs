// Rows of tables.
using ILGPU;
using Sprout.Tensors.Ilgpu.Kernels;

namespace Sprout.Tensors.Ilgpu;

public sealed partial class IlgpuBackend
{
    /// <inheritdoc/>
    public void Gather(Tensor table, IntTensor rows, Tensor y, bool accumulate)
    {
        if (y.Count > 0) launcher.Run(GatherKernels.Gather, Elements(y.Count), View(table), View(rows), View(y), Flag(accumulate), y.Shape.Columns, CountOf(y));
    }

    /// <inheritdoc/>
    public void ScatterAdd(Tensor dy, IntTensor rows, Tensor dtable)
    {
        if (dy.Count == 0) return;
        int tokens = dy.Shape.Rows, columns = dy.Shape.Columns, width = Math.Min(lanes, 64);
        using IntTensor order = IntTensor.Rent(this, tokens);
        launcher.Run(GatherKernels.SortByRow, Elements(tokens), View(rows), View(order), tokens);
        var config = new KernelConfig(new Index3D(tokens, Divided(columns, width), 1), new Index3D(width, 1, 1));
        launcher.Run(GatherKernels.ScatterAdd, config, View(dy), View(rows), View(order), View(dtable), columns, tokens);
    }
}
