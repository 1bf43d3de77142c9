// Elements.
using Sprout.Tensors.Ops;

namespace Sprout.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend<V>
{
    /// <inheritdoc/>
    public void Fill(Tensor x, float value) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Copy(Tensor x, Tensor y) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void AddScaled(Tensor x, float scale, Tensor y) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Map<TOp>(Tensor x, Tensor y) where TOp : struct, IPointwise => throw new NotImplementedException();

    /// <inheritdoc/>
    public void MapBackward<TOp>(Tensor x, Tensor y, Tensor dy, Tensor dx, bool accumulate) where TOp : struct, IPointwise => throw new NotImplementedException();

    /// <inheritdoc/>
    public void ApplyDropout(Tensor x, Dropout dropout, Tensor y) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void SumOfSquares(Tensor x, Tensor results, int index) => throw new NotImplementedException();
}
