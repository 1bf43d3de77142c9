// Elements and sums over all of them.
using ILGPU;
using Sprout.Tensors.Ilgpu.Kernels;
using Sprout.Tensors.Ops;

namespace Sprout.Tensors.Ilgpu;

public sealed partial class IlgpuBackend
{
    /// <inheritdoc/>
    public void Fill(Tensor x, float value)
    {
        if (x.Count > 0) launcher.Run(ElementKernels.Fill, Elements(x.Count), View(x), value, (int)x.Count);
    }

    /// <inheritdoc/>
    public void Copy(Tensor x, Tensor y)
    {
        if (x.Count > 0) launcher.Run(ElementKernels.Copy, Elements(x.Count), View(x), View(y), (int)x.Count);
    }

    /// <inheritdoc/>
    public void AddScaled(Tensor x, float scale, Tensor y)
    {
        if (x.Count > 0) launcher.Run(ElementKernels.AddScaled, Elements(x.Count), View(x), scale, View(y), (int)x.Count);
    }

    /// <inheritdoc/>
    public void Map<TOp>(Tensor x, Tensor y) where TOp : struct, IPointwise
    {
        if (x.Count > 0) launcher.Run(ElementKernels.Map<TOp>, Elements(x.Count), View(x), View(y), (int)x.Count);
    }

    /// <inheritdoc/>
    public void MapBackward<TOp>(Tensor x, Tensor y, Tensor dy, Tensor dx, bool accumulate) where TOp : struct, IPointwise
    {
        if (x.Count > 0) launcher.Run(ElementKernels.MapBackward<TOp>, Elements(x.Count), View(x), View(y), View(dy), View(dx), Flag(accumulate), (int)x.Count);
    }

    /// <inheritdoc/>
    public void ApplyDropout(Tensor x, Dropout dropout, Tensor y)
    {
        if (x.Count > 0) launcher.Run(ElementKernels.ApplyDropout, Elements(Divided(x.Count, 4)), View(x), new DropoutPlace(dropout), View(y), (int)x.Count);
    }

    /// <inheritdoc/>
    public void SumOfSquares(Tensor x, Tensor results, int index) => Sum<Square>(x, x, 0f, results, index, scale: 1f, accumulate: false);

    // results[index] = scale · Σ of the terms, or += ….
    private void Sum<TTerm>(Tensor x, Tensor y, float parameter, Tensor results, int index, float scale, bool accumulate) where TTerm : struct, ITerm
    {
        int pieces = Divided(x.Count, SumKernels.Piece);
        using Tensor sums = Tensor.Rent(this, new Shape(pieces));
        if (pieces > 0) launcher.Run(SumKernels.Pieces<TTerm>, new KernelConfig(pieces, lanes), View(x), View(y), parameter, View(sums), (int)x.Count);
        Total(sums, results, index, scale, accumulate);
    }

    private void Total(Tensor sums, Tensor results, int index, float scale, bool accumulate) =>
        launcher.Run(SumKernels.Total, new KernelConfig(1, lanes), View(sums), (int)sums.Count, View(results), index, scale, Flag(accumulate));
}
