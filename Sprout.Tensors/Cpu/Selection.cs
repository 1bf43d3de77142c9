// Top_v: the exact k-th largest of all scores by radix selection, and the bits of those that are kept.
namespace Sprout.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend<V>
{
    // Digits of the 32-bit order of floats, highest first: 11 + 11 + 10 bits.
    private const int Digits = 3;
    private const int Bins = 2048;

    // Equal neighbours would wait for each other's counter; they go to different copies.
    private const int HistogramCopies = 4;

    /// <inheritdoc/>
    public void TopV(IReadOnlyList<Tensor> scores, long keep, IReadOnlyList<IntTensor> bits)
    {
        DeviceBuffer table = Allocate((long)Math.Max(scores.Count, 1) * sizeof(ScoreList));
        var sources = new Scores((ScoreList*)table.Address, scores.Count);
        int pieces = 0;
        long total = 0;
        for (int i = 0; i < scores.Count; i++)
        {
            sources.Lists[i] = new ScoreList(scores[i].Pointer, scores[i].Count, (uint*)bits[i].Pointer, pieces);
            pieces += PiecesOf(scores[i].Count, Chunk);
            total += scores[i].Count;
        }

        keep = Math.Clamp(keep, 0, total);
        // With nothing to keep any cut will do, and no tie is kept; otherwise the cut is the smallest kept score.
        Selected selected = keep == 0 ? new Selected(float.PositiveInfinity, 0, 0) : Select(sources, pieces, keep);
        WriteBits(sources, pieces, selected);
        Free(table);
    }

    /// <inheritdoc/>
    public void Threshold(Tensor scores, float threshold, long minimumKept, IntTensor bits)
    {
        int pieces = PiecesOf(scores.Count, Chunk);
        var list = new ScoreList(scores.Pointer, scores.Count, (uint*)bits.Pointer, 0);
        workers.Run(pieces, new WriteBitsWork(new Scores(&list, 1), threshold, null));
        if (minimumKept > 0 && CountBits(bits, scores.Count) < Math.Min(minimumKept, scores.Count)) TopV([scores], minimumKept, [bits]);
    }

    // The keep-th largest of all scores, digit by digit.
    private Selected Select(Scores sources, int pieces, long keep)
    {
        const long HistogramBytes = (long)Bins * HistogramCopies * sizeof(uint);
        DeviceBuffer memory = Allocate(Scratch.BytesFor(workers.Count, HistogramBytes));
        var counts = new Scratch(memory.Address, workers.Count, HistogramBytes);
        uint prefix = 0;
        long rest = keep, equal = 0;
        for (int digit = 0; digit < Digits; digit++)
        {
            for (int thread = 0; thread < counts.Count; thread++) new Span<byte>(counts[thread], (int)HistogramBytes).Clear();
            workers.Run(pieces, new HistogramWork(sources, counts, digit, prefix));
            int bin = Bins - 1;
            for (equal = CountIn(counts, bin); equal < rest; equal = CountIn(counts, --bin)) rest -= equal;
            prefix = (prefix << OrderedBits.Width(digit)) | (uint)bin;
            // The lowest digit holds nothing but NaN, which is one value.
            if (digit == 0 && bin == 0) break;
        }

        Free(memory);
        return new Selected(OrderedBits.ToFloat(prefix), rest, equal);
    }

    private static long CountIn(Scratch counts, int bin)
    {
        long count = 0;
        for (int thread = 0; thread < counts.Count; thread++)
            for (int copy = 0; copy < HistogramCopies; copy++) count += ((uint*)counts[thread])[(copy * Bins) + bin];
        return count;
    }

    // Sets the bits above the cut, and of the equal ones as many as are kept, from the start.
    private void WriteBits(Scores sources, int pieces, Selected selected)
    {
        DeviceBuffer memory = Allocate((long)pieces * sizeof(int));
        int* ties = (int*)memory.Address;
        if (selected.KeptTies > 0 && selected.KeptTies < selected.Ties)
        {
            workers.Run(pieces, new CountTiesWork(sources, selected.Cut, ties));
            long left = selected.KeptTies;
            for (int piece = 0; piece < pieces; piece++)
            {
                ties[piece] = (int)Math.Min(ties[piece], left);
                left -= ties[piece];
            }
        }
        else
        {
            new Span<int>(ties, pieces).Fill(selected.KeptTies > 0 ? Chunk : 0);
        }

        workers.Run(pieces, new WriteBitsWork(sources, selected.Cut, ties));
        Free(memory);
    }

    /// <summary>The smallest kept score (NaN when some of them are kept), how many scores equal it and how many of these are kept.</summary>
    private readonly record struct Selected(float Cut, long KeptTies, long Ties);

    /// <summary>One tensor of scores and its bits; its first piece continues the numbers of the tensor before.</summary>
    private readonly struct ScoreList(float* values, long count, uint* bits, int firstPiece)
    {
        public readonly float* Values = values;
        public readonly long Count = count;
        public readonly uint* Bits = bits;
        public readonly int FirstPiece = firstPiece;
    }

    /// <summary>All tensors of scores.</summary>
    private readonly struct Scores(ScoreList* lists, int count)
    {
        public ScoreList* Lists => lists;

        /// <summary>The scores of a piece, how many they are, and their bits.</summary>
        public float* PieceOf(int piece, out int length, out uint* bits)
        {
            // The last list that starts at or before the piece; empty ones start where the next does.
            int low = 0, high = count - 1;
            while (low < high)
            {
                int middle = (low + high + 1) / 2;
                if (lists[middle].FirstPiece <= piece) low = middle;
                else high = middle - 1;
            }

            long start = (long)(piece - lists[low].FirstPiece) * Chunk;
            length = (int)Math.Min(Chunk, lists[low].Count - start);
            bits = lists[low].Bits + (start / 32);
            return lists[low].Values + start;
        }
    }
}
