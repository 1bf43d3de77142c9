// LayerNorm.
namespace Sprout.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend<V>
{
    /// <inheritdoc/>
    public void ColumnSum(Tensor x, Tensor y) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void LayerNormForward(Tensor x, Tensor? residual, Dropout dropout, Tensor gamma, Tensor beta, float epsilon, Tensor? s, Tensor? mean, Tensor? rstd, Tensor y) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void LayerNormBackward(Tensor s, Tensor mean, Tensor rstd, Tensor gamma, Tensor dy, Dropout dropout, Tensor dx, Tensor? dResidual, bool accumulateResidual, Tensor dgamma, Tensor dbeta) => throw new NotImplementedException();
}
