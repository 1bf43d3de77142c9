// Masks.
namespace Sprout.Tensors.Cpu.Reference;

public sealed unsafe partial class ReferenceBackend
{
    /// <inheritdoc/>
    public void ExpandBits(IntTensor blockBits, Shape matrix, int blockRows, int blockColumns, IntTensor bits) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void ExpandBlocks(Tensor blocks, int blockRows, int blockColumns, Tensor y) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void BlockSum(Tensor x, Tensor? y, int blockRows, int blockColumns, Tensor blocks) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void ApplyMask(Tensor x, Mask mask, Tensor y) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void HardConcrete(Tensor scores, Dropout? noise, Tensor gates) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void HardConcreteBackward(Tensor scores, Dropout noise, Tensor dgates, Tensor dscores) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void SigmoidPenalty(Tensor scores, float shift, float scale, Tensor value, int index, Tensor? dscores) => throw new NotImplementedException();
}
