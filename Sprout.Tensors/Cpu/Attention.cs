// Attention.
namespace Sprout.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend<V>
{
    /// <inheritdoc/>
    public void AttentionForward(Tensor q, Tensor k, Tensor v, IntTensor offsets, int heads, Dropout dropout, Tensor? logSumExp, Tensor context) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void AttentionBackward(Tensor q, Tensor k, Tensor v, Tensor context, Tensor logSumExp, Tensor dcontext, IntTensor offsets, int heads, Dropout dropout, Tensor dq, Tensor dk, Tensor dv) => throw new NotImplementedException();
}
