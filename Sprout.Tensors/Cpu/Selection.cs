// Which entries stay: the largest scores, or those above a threshold.
namespace Sprout.Tensors.Cpu;

internal sealed partial class CpuBackend<V>
{
    /// <inheritdoc/>
    public void TopV(IReadOnlyList<Tensor> scores, long keep, IReadOnlyList<IntTensor> bits) => selector.MarkLargest(scores, keep, bits);

    /// <inheritdoc/>
    public void Threshold(Tensor scores, float threshold, long minimumKept, IntTensor bits)
    {
        selector.MarkAbove(scores, threshold, bits);
        if (minimumKept > 0 && CountBits(bits, scores.Count) < Math.Min(minimumKept, scores.Count)) TopV([scores], minimumKept, [bits]);
    }
}
