// Top_v: the exact k-th largest of all scores by counting in ever smaller ranges, and the bits of those that are kept.
using Sprout.Tensors.Cpu.Threads;
using Sprout.Tensors.Simd;
using static Sprout.Tensors.Cpu.Threads.Division;

namespace Sprout.Tensors.Cpu.Selection;

/// <summary>
/// Sets the bits of the largest scores, exactly. A guess says where the cut may lie (Selector.Guess.cs); counting finds it wherever it does.
/// What runs over the scores, a piece at a time, is in Selector.Passes.cs.
/// </summary>
/// <param name="memory">Where scratch memory comes from.</param>
/// <param name="workers">The threads.</param>
internal sealed unsafe partial class Selector<V>(IBackend memory, Workers workers) where V : struct, IVector<V>
{
    // Scores of a piece: a multiple of 32, so that pieces share no word of bits, and few enough for places of 16 bits.
    private const int Piece = 1 << 14;

    // Fewer scores are counted before another thread would begin.
    private const int FewestShared = 1 << 15;

    // Equal neighbours would wait for each other's counter; they go to different copies.
    private const int HistogramCopies = 4;

    /// <summary>Sets the bits of the <paramref name="keep"/> largest of all scores together; see <see cref="IBackend.TopV"/>.</summary>
    public void MarkLargest(IReadOnlyList<Tensor> scores, long keep, IReadOnlyList<IntTensor> bits)
    {
        DeviceBuffer table = memory.Allocate((long)Math.Max(scores.Count, 1) * sizeof(ScoreList));
        var sources = new Scores((ScoreList*)table.Address, scores.Count);
        int pieces = 0;
        long total = 0;
        for (int i = 0; i < scores.Count; i++)
        {
            sources.Lists[i] = new ScoreList(scores[i].Pointer, scores[i].Count, (uint*)bits[i].Pointer, pieces);
            pieces += PiecesOf(scores[i].Count, Piece);
            total += scores[i].Count;
        }

        keep = Math.Clamp(keep, 0, total);
        if (keep == 0)
        {
            // Any cut will do; no tie is kept.
            WriteBits(sources, pieces, new Selected(float.PositiveInfinity, 0, 0));
        }
        else
        {
            CutHistory history = CutHistory.Of(bits[0]);
            history.Add(Mark(history, sources, pieces, total, keep));
        }

        memory.Free(table);
    }

    /// <summary>Sets the bits of the scores greater than a threshold.</summary>
    public void MarkAbove(Tensor scores, float threshold, IntTensor bits)
    {
        var list = new ScoreList(scores.Pointer, scores.Count, (uint*)bits.Pointer, 0);
        workers.Run(PiecesOf(scores.Count, Piece), new WriteBitsWork(new Scores(&list, 1), threshold, null));
    }

    // Sets the bits of the keep largest scores and returns the smallest of these.
    private float Mark(CutHistory history, Scores sources, int pieces, long total, long keep)
    {
        if (history.IsKnown && TryMark(history.Expected, sources, pieces, keep, out float cut)) return cut;
        history.ForgetChange();
        Guess guess = GuessFrom(sources, pieces, total, keep);
        if (TryMark(guess, sources, pieces, keep, out cut)) return cut;
        Selected selected = Select(sources, pieces, guess.Range, total, keep);
        WriteBits(sources, pieces, selected);
        return selected.Cut;
    }

    // The keep-th largest of all scores. Each round counts the scores above a range and those in its bins, and goes on with the bin that holds the wanted one,
    // or outside of the range. Where it starts costs rounds, never exactness.
    private Selected Select(Scores sources, int pieces, OrderedRange range, long total, long keep)
    {
        int threads = total < FewestShared ? 1 : workers.Count;
        DeviceBuffer buffer = memory.Allocate(Scratch.BytesFor(threads, sizeof(Histogram)));
        var counts = new Scratch(buffer.Address, threads, sizeof(Histogram));
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

        memory.Free(buffer);
        return selected.Value;
    }

    // The histogram of one range, in the first thread's block; a single block is the calling thread's.
    private Histogram* Count(Scores sources, int pieces, OrderedRange range, Scratch counts)
    {
        for (int thread = 0; thread < counts.Count; thread++) *(Histogram*)counts[thread] = default;
        var work = new HistogramWork(sources, counts, range);
        if (counts.Count > 1) workers.Run(pieces, work);
        else for (int piece = 0; piece < pieces; piece++) work.Run(piece);
        var sum = (Histogram*)counts[0];
        for (int thread = 0; thread < counts.Count; thread++)
        {
            var part = (Histogram*)counts[thread];
            if (thread > 0) sum->Above += part->Above;
            for (int copy = thread > 0 ? 0 : 1; copy < HistogramCopies; copy++)
                for (int bin = 0; bin < OrderedRange.MostBins; bin++) sum->Bins[bin] += part->Bins[(copy * OrderedRange.MostBins) + bin];
        }

        return sum;
    }

    // Passes over all scores and sets the bits above the cut, and of the equal ones as many as are kept, from the start.
    private void WriteBits(Scores sources, int pieces, Selected selected)
    {
        DeviceBuffer buffer = memory.Allocate((long)pieces * sizeof(int));
        int* ties = (int*)buffer.Address;
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
            new Span<int>(ties, pieces).Fill(selected.KeptTies > 0 ? Piece : 0);
        }

        workers.Run(pieces, new WriteBitsWork(sources, selected.Cut, ties));
        memory.Free(buffer);
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

            long start = (long)(piece - lists[low].FirstPiece) * Piece;
            length = (int)Math.Min(Piece, lists[low].Count - start);
            bits = lists[low].Bits + (start / 32);
            return lists[low].Values + start;
        }
    }
}
