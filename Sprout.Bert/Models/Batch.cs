// Sequences laid end to end, without padding.
using Sprout.Bert.Tokenization;
using Sprout.Tensors;

namespace Sprout.Bert.Models;

/// <summary>The sequences of one forward pass laid end to end: T tokens of B sequences, on a device. No kernel ever sees a padding token.</summary>
public sealed class Batch : IDisposable
{
    private readonly int[] offsets;

    private Batch(IBackend backend, int[] ids, int[] types, int[] positions, int[] offsets)
    {
        this.offsets = offsets;
        (LargestId, LargestType, LargestPosition) = (ids.DefaultIfEmpty().Max(), types.DefaultIfEmpty().Max(), positions.DefaultIfEmpty().Max());
        Ids = IntTensor.From(backend, ids);
        Types = IntTensor.From(backend, types);
        Positions = IntTensor.From(backend, positions);
        Offsets = IntTensor.From(backend, offsets);
        FirstTokens = IntTensor.From(backend, offsets.AsSpan(0, offsets.Length - 1));
        FirstTokenOffsets = IntTensor.From(backend, [.. Enumerable.Range(0, offsets.Length)]);
    }

    /// <summary>Token ids [T].</summary>
    public IntTensor Ids { get; }

    /// <summary>Segment of each token [T].</summary>
    public IntTensor Types { get; }

    /// <summary>Position of each token within its sequence [T].</summary>
    public IntTensor Positions { get; }

    /// <summary>First token of each sequence, and T at the end [B + 1].</summary>
    public IntTensor Offsets { get; }

    /// <summary>First token of each sequence, its [CLS] [B].</summary>
    public IntTensor FirstTokens { get; }

    /// <summary>Where the sequences begin when only their first tokens are there: 0, 1, …, B [B + 1].</summary>
    public IntTensor FirstTokenOffsets { get; }

    /// <summary>The largest token id, segment and position, which a model compares with its tables.</summary>
    internal int LargestId { get; }

    /// <inheritdoc cref="LargestId"/>
    internal int LargestType { get; }

    /// <inheritdoc cref="LargestId"/>
    internal int LargestPosition { get; }

    /// <summary>B.</summary>
    public int Sequences => offsets.Length - 1;

    /// <summary>T.</summary>
    public int Tokens => offsets[^1];

    /// <summary>First token of each sequence, and T at the end [B + 1], on the host.</summary>
    public ReadOnlySpan<int> HostOffsets => offsets;

    /// <summary>Lays sequences end to end in their order.</summary>
    /// <exception cref="ArgumentException">A sequence is empty, its types are not as many as its ids, or one of them is negative.</exception>
    public static Batch Pack(IBackend backend, IReadOnlyList<Encoding> sequences)
    {
        var offsets = new int[sequences.Count + 1];
        for (int i = 0; i < sequences.Count; i++)
        {
            (int[] part, int[] kinds) = sequences[i];
            if (part.Length == 0 || kinds.Length != part.Length || part.Min() < 0 || kinds.Min() < 0)
                throw new ArgumentException($"Batch: sequence {i} has {part.Length} ids and {kinds.Length} types; expected at least one of each, as many, none negative.");
            offsets[i + 1] = offsets[i] + part.Length;
        }

        int[] ids = new int[offsets[^1]], types = new int[offsets[^1]], positions = new int[offsets[^1]];
        for (int i = 0; i < sequences.Count; i++)
        {
            sequences[i].Ids.CopyTo(ids, offsets[i]);
            sequences[i].TypeIds.CopyTo(types, offsets[i]);
            for (int t = offsets[i]; t < offsets[i + 1]; t++) positions[t] = t - offsets[i];
        }

        return new Batch(backend, ids, types, positions, offsets);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Ids.Dispose();
        Types.Dispose();
        Positions.Dispose();
        Offsets.Dispose();
        FirstTokens.Dispose();
        FirstTokenOffsets.Dispose();
    }
}
