// Sequences laid end to end, without padding.
using System.Runtime.InteropServices;
using Sprout.Bert.Tokenization;
using Sprout.Tensors;

namespace Sprout.Bert.Models;

/// <summary>The sequences of one forward pass laid end to end: T tokens of B sequences, on a device. No kernel ever sees a padding token.</summary>
public sealed class Batch : IDisposable
{
    private readonly List<int> ids = [], types = [], positions = [], offsets = [0], counts = [];
    private int largestId, largestType, largestPosition;

    /// <summary>An empty batch; <see cref="Refill"/> fills it.</summary>
    /// <param name="backend">Where it lives.</param>
    public Batch(IBackend backend)
    {
        Ids = IntTensor.Rent(backend, 0);
        Types = IntTensor.Rent(backend, 0);
        Positions = IntTensor.Rent(backend, 0);
        Offsets = IntTensor.Rent(backend, 1);
        FirstTokens = IntTensor.Rent(backend, 0);
        FirstTokenOffsets = IntTensor.Rent(backend, 1);
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

    /// <summary>B.</summary>
    public int Sequences => offsets.Count - 1;

    /// <summary>T.</summary>
    public int Tokens => offsets[^1];

    /// <summary>First token of each sequence, and T at the end [B + 1], on the host.</summary>
    public ReadOnlySpan<int> HostOffsets => CollectionsMarshal.AsSpan(offsets);

    /// <summary>Lays sequences end to end in their order.</summary>
    /// <exception cref="ArgumentException">A sequence is empty, its types are not as many as its ids, or one of them is negative.</exception>
    public static Batch Pack(IBackend backend, params IReadOnlyList<TokenSequence> sequences)
    {
        var batch = new Batch(backend);
        try
        {
            batch.Refill(sequences);
            return batch;
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }

    /// <summary>Replaces the sequences, in the memory that is there where they fit.</summary>
    /// <exception cref="ArgumentException">As <see cref="Pack"/>.</exception>
    public void Refill(IReadOnlyList<TokenSequence> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        Clear();
        for (int i = 0; i < sequences.Count; i++) Append(sequences[i].Ids, sequences[i].TypeIds);
        Upload();
    }

    /// <summary>Forgets all sequences on the host; <see cref="Append"/> and <see cref="Upload"/> follow.</summary>
    internal void Clear()
    {
        foreach (List<int> list in (ReadOnlySpan<List<int>>)[ids, types, positions, offsets, counts]) list.Clear();
        offsets.Add(0);
        (largestId, largestType, largestPosition) = (0, 0, 0);
    }

    /// <summary>Adds a sequence on the host.</summary>
    /// <exception cref="ArgumentException">It is empty, its types are not as many as its ids, or one of them is negative.</exception>
    internal void Append(ReadOnlySpan<int> sequence, ReadOnlySpan<int> kinds)
    {
        if (sequence.Length == 0 || kinds.Length != sequence.Length
            || sequence.ContainsAnyInRange(int.MinValue, -1) || kinds.ContainsAnyInRange(int.MinValue, -1))
        {
            throw new ArgumentException(
                $"Batch: sequence {Sequences} has {sequence.Length} ids and {kinds.Length} types; expected at least one of each, as many, none negative.");
        }

        for (int t = 0; t < sequence.Length; t++)
        {
            (largestId, largestType) = (Math.Max(largestId, sequence[t]), Math.Max(largestType, kinds[t]));
            positions.Add(t);
        }

        largestPosition = Math.Max(largestPosition, sequence.Length - 1);
        ids.AddRange(sequence);
        types.AddRange(kinds);
        offsets.Add(ids.Count);
    }

    /// <summary>Copies the sequences to the device.</summary>
    internal void Upload()
    {
        for (int i = 0; i < offsets.Count; i++) counts.Add(i);
        Ids.Become(CollectionsMarshal.AsSpan(ids));
        Types.Become(CollectionsMarshal.AsSpan(types));
        Positions.Become(CollectionsMarshal.AsSpan(positions));
        Offsets.Become(HostOffsets);
        FirstTokens.Become(HostOffsets[..^1]);
        FirstTokenOffsets.Become(CollectionsMarshal.AsSpan(counts));
    }

    /// <summary>Compares the largest id, segment and position with a model's tables.</summary>
    /// <exception cref="ArgumentException">One is beyond its table.</exception>
    internal void RequireWithin(string model, int vocabulary, int segments, int length)
    {
        if (largestId < vocabulary && largestType < segments && largestPosition < length) return;
        throw new ArgumentException(
            $"{model}: expected ids below {vocabulary}, types below {segments} and at most {length} positions, " +
            $"found id {largestId}, type {largestType} and {largestPosition + 1} positions.");
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
