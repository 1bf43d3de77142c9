// Losses.
namespace Sprout.Tensors.Cpu.Reference;

public sealed unsafe partial class ReferenceBackend
{
    /// <inheritdoc/>
    public void CrossEntropy(Tensor logits, IntTensor offsets, IntTensor targets, float scale, Tensor loss, Tensor? dlogits) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Distillation(Tensor logits, Tensor teacher, IntTensor offsets, float temperature, float scale, Tensor loss, Tensor? dlogits) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void SquaredError(Tensor x, Tensor target, float scale, Tensor loss, Tensor? dx) => throw new NotImplementedException();
}
