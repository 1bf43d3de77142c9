// Selection of scores by sorting them.
namespace Sprout.Tensors.Reference;

public sealed unsafe partial class ReferenceBackend
{
    /// <inheritdoc/>
    public void TopV(IReadOnlyList<Tensor> scores, long keep, IReadOnlyList<IntTensor> bits)
    {
        var entries = new List<(float Score, int Tensor, int Index)>();
        for (int t = 0; t < scores.Count; t++)
        {
            ClearBits(bits[t]);
            for (int i = 0; i < scores[t].Count; i++) entries.Add((scores[t].Pointer[i], t, i));
        }

        // The sort is stable and .NET orders NaN first and −0 like +0, which are the rules of the contract.
        foreach ((_, int t, int i) in entries.OrderByDescending(entry => entry.Score).Take((int)Math.Min(keep, entries.Count)))
            SetBit(bits[t], i);
    }

    /// <inheritdoc/>
    public void Threshold(Tensor scores, float threshold, long minimumKept, IntTensor bits)
    {
        TopV([scores], minimumKept, [bits]);
        for (long i = 0; i < scores.Count; i++)
            if (scores.Pointer[i] > threshold) SetBit(bits, i);
    }
}
