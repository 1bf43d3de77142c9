// Tokens as libtorch gets them.
using static TorchSharp.torch;

namespace Sprout.Peers;

/// <summary>Sequences, padded to the longest or packed end to end; no padding where all are of one length.</summary>
/// <param name="Count">Sequences.</param>
/// <param name="Length">Tokens of the longest.</param>
/// <param name="Ids">Tokens, as they lie.</param>
/// <param name="Firsts">Where the first tokens lie among them.</param>
internal sealed record TorchBatch(int Count, int Length, Tensor Ids, Tensor Firsts)
{
    /// <summary>0 for tokens and a large negative number for padding, [count, 1, 1, length]; null: no padding.</summary>
    public Tensor? Bias { get; private init; }

    /// <summary>Of packed tokens, where each lies when they are padded, and its place in its sequence.</summary>
    public (Tensor Rows, Tensor Positions)? Packed { get; private init; }

    /// <summary>Tokens without padding.</summary>
    public long Tokens { get; private init; }

    /// <summary>Tokens that all have a meaning.</summary>
    public static TorchBatch Full(int[] ids, int count, int length) =>
        new(count, length, Longs(ids), arange(0L, ids.Length, length)) { Tokens = ids.Length };

    /// <summary>Random tokens of sequences of these lengths.</summary>
    public static TorchBatch Random(int[] lengths, bool packed)
    {
        int count = lengths.Length, length = lengths.Max(), tokens = lengths.Sum();
        int[] ids = ReferenceModel.RandomIds(packed ? tokens : count * length);
        int[] starts = [.. lengths.Select((_, i) => lengths[..i].Sum())];
        var bias = new float[count * length];
        for (int i = 0; i < count; i++) bias.AsSpan((i * length) + lengths[i], length - lengths[i]).Fill(-1e9f);
        (int Row, int Position)[] places = [.. from i in Enumerable.Range(0, count) from j in Enumerable.Range(0, lengths[i]) select ((i * length) + j, j)];
        return new TorchBatch(count, length, Longs(ids), packed ? Longs(starts) : arange(0L, (long)count * length, length))
        {
            Bias = tensor(bias).view(count, 1, 1, length),
            Packed = packed ? (Longs([.. places.Select(place => place.Row)]), Longs([.. places.Select(place => place.Position)])) : null,
            Tokens = tokens,
        };
    }

    private static Tensor Longs(int[] values) => tensor(Array.ConvertAll(values, value => (long)value));
}
