// Kernels that treat every element by itself.
using Sprout.Tensors.Ilgpu.Kernels;
using Sprout.Tensors.Ops;

namespace Sprout.Tensors.Ilgpu;

public sealed partial class IlgpuBackend
{
    /// <inheritdoc/>
    public void Fill(Tensor x, float value)
    {
        if (x.Count > 0) launcher.Run(ElementsKernels.Fill, Elements(x.Count), View(x), value, CountOf(x));
    }

    /// <inheritdoc/>
    public void Copy(Tensor x, Tensor y)
    {
        if (x.Count > 0) launcher.Run(ElementsKernels.Copy, Elements(x.Count), View(x), View(y), CountOf(x));
    }

    /// <inheritdoc/>
    public void AddScaled(Tensor x, float scale, Tensor y)
    {
        if (x.Count > 0) launcher.Run(ElementsKernels.AddScaled, Elements(x.Count), View(x), scale, View(y), CountOf(x));
    }

    /// <inheritdoc/>
    public void Map<TOp>(Tensor x, Tensor y) where TOp : struct, IPointwise
    {
        if (x.Count > 0) launcher.Run(ElementsKernels.Map<TOp>, Elements(x.Count), View(x), View(y), CountOf(x));
    }

    /// <inheritdoc/>
    public void MapBackward<TOp>(Tensor x, Tensor y, Tensor dy, Tensor dx, bool accumulate) where TOp : struct, IPointwise
    {
        if (x.Count > 0) launcher.Run(ElementsKernels.MapBackward<TOp>, Elements(x.Count), View(x), View(y), View(dy), View(dx), Flag(accumulate), CountOf(x));
    }

    /// <inheritdoc/>
    public void ApplyDropout(Tensor x, Dropout dropout, Tensor y)
    {
        if (x.Count > 0) launcher.Run(ElementsKernels.ApplyDropout, Elements(Divided(x.Count, 4)), View(x), new DropoutPlace(dropout), View(y), CountOf(x));
    }
}
