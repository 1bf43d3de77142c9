// Losses with their gradients.
using Sprout.Tensors.Ilgpu.Kernels;

namespace Sprout.Tensors.Ilgpu;

public sealed partial class IlgpuBackend
{
    /// <inheritdoc/>
    public void CrossEntropy(Tensor logits, IntTensor offsets, IntTensor targets, float scale, Tensor loss, Tensor? dlogits)
    {
        if (targets.Length == 0) return;
        using Tensor losses = Tensor.Rent(this, new Shape(targets.Length));
        launcher.Run(
            LossKernels.CrossEntropy, Rows(targets.Length, Width(logits, targets.Length)),
            View(logits), View(offsets), View(targets), scale, View(losses), ViewOrNothing(dlogits), Flag(dlogits));
        Total(losses, loss, 0, scale, accumulate: true);
    }

    /// <inheritdoc/>
    public void SoftCrossEntropy(Tensor logits, Tensor targets, IntTensor offsets, float scale, Tensor loss, Tensor? dlogits)
    {
        int segments = offsets.Length - 1;
        if (segments < 1) return;
        using Tensor losses = Tensor.Rent(this, new Shape(segments));
        launcher.Run(
            LossKernels.SoftCrossEntropy, Rows(segments, Width(logits, segments)),
            View(logits), View(targets), View(offsets), scale, View(losses), ViewOrNothing(dlogits), Flag(dlogits));
        Total(losses, loss, 0, scale, accumulate: true);
    }

    /// <inheritdoc/>
    public void BinaryCrossEntropy(Tensor x, Tensor target, float scale, Tensor loss, Tensor? dx)
    {
        Sum<BinaryCrossEntropyOf>(x, target, 0f, loss, 0, scale, accumulate: true);
        if (dx is not null && x.Count > 0)
            launcher.Run(LossKernels.BinaryCrossEntropyGradient, Elements(x.Count), View(x), View(target), scale, View(dx), CountOf(x));
    }

    /// <inheritdoc/>
    public void Distillation(Tensor logits, Tensor teacher, IntTensor offsets, float temperature, float scale, Tensor loss, Tensor? dlogits)
    {
        int segments = offsets.Length - 1;
        if (segments < 1) return;
        using Tensor losses = Tensor.Rent(this, new Shape(segments));
        launcher.Run(
            LossKernels.Distillation, Rows(segments, Width(logits, segments)),
            View(logits), View(teacher), View(offsets), temperature, scale, View(losses), ViewOrNothing(dlogits), Flag(dlogits));
        Total(losses, loss, 0, scale, accumulate: true);
    }

    /// <inheritdoc/>
    public void SquaredError(Tensor x, Tensor target, float scale, Tensor loss, Tensor? dx)
    {
        Sum<SquaredDifference>(x, target, 0f, loss, 0, scale, accumulate: true);
        if (dx is not null && x.Count > 0)
            launcher.Run(LossKernels.SquaredErrorGradient, Elements(x.Count), View(x), View(target), scale, View(dx), CountOf(x));
    }

    private static int Width(Tensor logits, int segments) => Math.Max(1, CountOf(logits) / segments);
}
