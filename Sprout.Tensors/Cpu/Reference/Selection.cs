// Selection.
namespace Sprout.Tensors.Cpu.Reference;

public sealed unsafe partial class ReferenceBackend
{
    /// <inheritdoc/>
    public void TopV(IReadOnlyList<Tensor> scores, long keep, IReadOnlyList<IntTensor> bits) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Threshold(Tensor scores, float threshold, long minimumKept, IntTensor bits) => throw new NotImplementedException();

    /// <inheritdoc/>
    public long CountBits(IntTensor bits, long count) => throw new NotImplementedException();
}
