// Selection.
namespace Sprout.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend<V>
{
    /// <inheritdoc/>
    public void TopV(IReadOnlyList<Tensor> scores, long keep, IReadOnlyList<IntTensor> bits) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Threshold(Tensor scores, float threshold, long minimumKept, IntTensor bits) => throw new NotImplementedException();

    /// <inheritdoc/>
    public long CountBits(IntTensor bits, long count) => throw new NotImplementedException();
}
