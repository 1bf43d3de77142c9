// Attention.
namespace Sprout.Tensors.Cpu.Reference;

public sealed unsafe partial class ReferenceBackend
{
    /// <inheritdoc/>
    public void AttentionForward(Tensor q, Tensor k, Tensor v, IntTensor offsets, int heads, Dropout dropout, Tensor? logSumExp, Tensor context) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void AttentionBackward(Tensor q, Tensor k, Tensor v, Tensor context, Tensor logSumExp, Tensor dcontext, IntTensor offsets, int heads, Dropout dropout, Tensor dq, Tensor dk, Tensor dv) => throw new NotImplementedException();
}
