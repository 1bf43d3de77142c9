// MatMul.
using Sprout.Tensors.Ops;

namespace Sprout.Tensors.Cpu.Reference;

public sealed unsafe partial class ReferenceBackend
{
    /// <inheritdoc/>
    public void MatMul(Tensor a, bool transposeA, Tensor b, bool transposeB, Mask? mask, Tensor c, bool accumulate) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Linear<TActivation>(Tensor x, Tensor w, Mask? mask, Tensor? bias, Tensor? z, Tensor y) where TActivation : struct, IPointwise => throw new NotImplementedException();
}
