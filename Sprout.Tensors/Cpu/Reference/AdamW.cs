// AdamW.
namespace Sprout.Tensors.Cpu.Reference;

public sealed unsafe partial class ReferenceBackend
{
    /// <inheritdoc/>
    public void AdamW(Tensor gradient, in AdamWStep step, Tensor w, Tensor m, Tensor v) => throw new NotImplementedException();
}
