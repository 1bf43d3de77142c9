// Top_v: the exact k-th largest of all scores by counting in ever smaller ranges, and the bits of those that are kept.
namespace Sprout.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend<V>
{
    // Fewer scores are not worth a guess.
    private const int FewScores = 1 << 16;

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
        Selected selected = keep == 0 ? new Selected(float.PositiveInfinity, 0, 0) : Select(sources, pieces, total, keep);
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

    // The keep-th largest of all scores. A sample guesses a range of values around it; each round counts the scores above the range and those in its bins, and goes on with
    // the bin that holds the wanted one. A wrong guess costs a round, never exactness.
    private Selected Select(Scores sources, int pieces, long total, long keep)
    {
        DeviceBuffer memory = Allocate(Scratch.BytesFor(workers.Count, sizeof(Histogram)));
        var counts = new Scratch(memory.Address, workers.Count, sizeof(Histogram));
        OrderedRange range = total < FewScores ? OrderedRange.Numbers : Guess(sources, pieces, total, keep);
        Selected? selected = null;
        while (selected is null)
        {
            Histogram* histogram = Count(sources, pieces, range, counts);
            long rest = keep - histogram->Above;
            int bin = OrderedRange.MostBins - 1;
            for (; bin >= 0 && rest > histogram->Bins[bin]; bin--) rest -= histogram->Bins[bin];
            if (keep <= histogram->Above) range = range.Higher;
            else if (bin >= 0 && range.Shift == 0) selected = new Selected(OrderedRange.ToFloat(range.Low + (uint)bin), rest, histogram->Bins[bin]);
            else if (bin >= 0) range = range.Bin(bin);
            else if (!range.IsLowest) range = range.Lower;
            else selected = new Selected(float.NaN, rest, total - keep + rest);
        }

        Free(memory);
        return selected.Value;
    }

    // Values around the keep-th largest of a sample, far enough apart to hold that of all scores but for once in some hundred times.
    private OrderedRange Guess(Scores sources, int pieces, long total, long keep)
    {
        const ulong Golden = 0x9E3779B97F4A7C15;
        int size = (int)Math.Sqrt(total);
        DeviceBuffer memory = Allocate((long)size * sizeof(uint));
        var sample = new Span<uint>((void*)memory.Address, size);
        for (int i = 0; i < size; i++)
        {
            // Multiples of the golden ratio spread evenly and fall in with no row length.
            ulong place = (ulong)(i + 1) * Golden;
            float* x = sources.PieceOf((int)Math.BigMul(place, (ulong)pieces, out ulong within), out int length, out _);
            sample[i] = OrderedRange.Of(x[Math.BigMul(within, (ulong)length, out _)]);
        }

        sample.Sort();
        double share = 1 - ((double)keep / total), rank = share * size, spread = 2 + (3 * Math.Sqrt(rank * (1 - share)));
        uint low = sample[Math.Clamp((int)(rank - spread), 0, size - 1)], high = sample[Math.Clamp((int)(rank + spread), 0, size - 1)];
        Free(memory);
        return OrderedRange.Of(low, high);
    }

    // The histogram of one range, in the first thread's block.
    private Histogram* Count(Scores sources, int pieces, OrderedRange range, Scratch counts)
    {
        for (int thread = 0; thread < counts.Count; thread++) *(Histogram*)counts[thread] = default;
        workers.Run(pieces, new HistogramWork(sources, counts, range));
        var sum = (Histogram*)counts[0];
        for (int thread = 0; thread < counts.Count; thread++)
        {
            var part = (Histogram*)counts[thread];
            if (thread > 0) sum->Above += part->Above;
            for (int bin = thread > 0 ? 0 : OrderedRange.MostBins; bin < HistogramCopies * OrderedRange.MostBins; bin++) sum->Bins[bin % OrderedRange.MostBins] += part->Bins[bin];
        }

        return sum;
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

    /// <summary>How many scores lie above a range, and in each of its bins; several copies of the bins.</summary>
    private struct Histogram
    {
        public long Above;
        public fixed uint Bins[HistogramCopies * OrderedRange.MostBins];
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
