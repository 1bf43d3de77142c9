// Element-wise kernels, plainly.
using Sprout.Tensors.Ops;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Reference;

public sealed unsafe partial class ReferenceBackend
{
    /// <inheritdoc/>
    public void Fill(Tensor x, float value)
    {
        for (long i = 0; i < x.Count; i++) x.Pointer[i] = value;
    }

    /// <inheritdoc/>
    public void Copy(Tensor x, Tensor y)
    {
        for (long i = 0; i < x.Count; i++) y.Pointer[i] = x.Pointer[i];
    }

    /// <inheritdoc/>
    public void AddScaled(Tensor x, float scale, Tensor y)
    {
        for (long i = 0; i < x.Count; i++) y.Pointer[i] = (float)(y.Pointer[i] + ((double)scale * x.Pointer[i]));
    }

    /// <inheritdoc/>
    public void Map<TOp>(Tensor x, Tensor y) where TOp : struct, IPointwise
    {
        for (long i = 0; i < x.Count; i++) y.Pointer[i] = TOp.Forward(new Scalar(x.Pointer[i])).Value;
    }

    /// <inheritdoc/>
    public void MapBackward<TOp>(Tensor x, Tensor y, Tensor dy, Tensor dx, bool accumulate) where TOp : struct, IPointwise
    {
        for (long i = 0; i < x.Count; i++)
        {
            float slope = TOp.Derivative(new Scalar(x.Pointer[i]), new Scalar(y.Pointer[i])).Value;
            double before = accumulate ? dx.Pointer[i] : 0;
            dx.Pointer[i] = (float)(before + ((double)slope * dy.Pointer[i]));
        }
    }

    /// <inheritdoc/>
    public void ApplyDropout(Tensor x, Dropout dropout, Tensor y)
    {
        for (long i = 0; i < x.Count; i++) y.Pointer[i] = (float)Drop(x.Pointer[i], dropout, i);
    }
}
