// Softmax of rows.
using Sprout.Tensors.Ilgpu.Kernels;

namespace Sprout.Tensors.Ilgpu;

public sealed partial class IlgpuBackend
{
    /// <inheritdoc/>
    public void Softmax(Tensor x, Tensor y)
    {
        if (x.Count == 0) return;
        launcher.Run(SoftmaxKernels.Forward, Rows(x.Shape.Rows, x.Shape.Columns), View(x), View(y), x.Shape.Columns);
    }

    /// <inheritdoc/>
    public void SoftmaxBackward(Tensor y, Tensor dy, Tensor dx, bool accumulate)
    {
        if (y.Count == 0) return;
        launcher.Run(SoftmaxKernels.Backward, Rows(y.Shape.Rows, y.Shape.Columns), View(y), View(dy), View(dx), y.Shape.Columns, accumulate ? 1 : 0);
    }
}
