// The short way of Top_v: a guess where the cut lies, from the last selections or from a sample, and one pass over the scores that leaves few to seek it among.
using static Sprout.Tensors.Cpu.Threads.Division;

namespace Sprout.Tensors.Cpu.Selection;

internal sealed unsafe partial class Selector<V>
{
    // So few scores are all sought among.
    private const int FewScores = 1 << 10;

    // A piece has room for so many times the scores that the sample expects in it; where more lie near the cut, all scores are counted instead.
    private const int Room = 4;

    // The sample takes so many scores that lie together: they cost one wait for memory.
    private const int Neighbours = 4;

    // A range around the keep-th largest score of a sample, wide enough to hold that of all scores but for once in some hundred times.
    private Guess GuessFrom(Scores sources, int pieces, long total, long keep)
    {
        const ulong Golden = 0x9E3779B97F4A7C15;
        OrderedRange all = OrderedRange.Numbers;
        if (total < FewScores) return new Guess(all, 1);
        int size = 2 * (int)Math.Sqrt(total) / Neighbours * Neighbours;
        DeviceBuffer buffer = memory.Allocate((long)size * sizeof(float));
        var sample = new ScoreList((float*)buffer.Address, size, null, 0);
        for (int i = 0; i < size; i += Neighbours)
        {
            // Multiples of the golden ratio spread evenly and fall in with no row length.
            ulong place = (ulong)(i + 1) * Golden;
            float* x = sources.PieceOf((int)Math.BigMul(place, (ulong)pieces, out ulong within), out int length, out _);
            int at = (int)Math.BigMul(within, (ulong)length, out _);
            for (int j = 0; j < Neighbours; j++) sample.Values[i + j] = x[Math.Min(at + j, length - 1)];
        }

        double share = (double)keep / total, rank = share * size, spread = 2 + (3 * Math.Sqrt(rank * (1 - share)));
        int last = (int)Math.Ceiling(rank - spread), first = (int)(rank + spread);
        uint high = last < 1 ? all.High : OrderedRange.Of(Nth(sample, last)), low = first > size ? all.Low : OrderedRange.Of(Nth(sample, first));
        memory.Free(buffer);
        return new Guess(OrderedRange.Of(low, high), 2 * spread / size);
    }

    private float Nth(ScoreList scores, int n) => Select(new Scores(&scores, 1), PiecesOf(scores.Count, Piece), OrderedRange.Numbers, scores.Count, n).Cut;

    // Marks the scores above the range, gathers those in it with their places, and seeks the cut among these. False, with bits left undefined, when it lies
    // elsewhere or when there are too many.
    private bool TryMark(Guess guess, Scores sources, int pieces, long keep, out float cut)
    {
        cut = float.NaN;
        // Equal scores need counting, not gathering.
        if (guess.Range.Low == guess.Range.High) return false;
        int capacity = (int)Math.Min(Piece, 64 + (Room * guess.Share * Piece));
        DeviceBuffer buffer = memory.Allocate(Near.BytesFor(pieces, capacity));
        var near = new Near(buffer.Address, pieces, capacity);
        workers.Run(pieces, new GatherNearWork(sources, guess.Range, near));
        long above = 0, gathered = 0;
        bool fits = true;
        for (int piece = 0; piece < pieces; piece++)
        {
            above += near.Above[piece];
            gathered += near.Lists[piece].Count;
            fits &= near.Lists[piece].Count <= capacity;
        }

        bool found = fits && keep > above && keep <= above + gathered;
        if (found)
        {
            var few = new Scores(near.Lists, pieces);
            Selected selected = Select(few, pieces, guess.Range, gathered, keep - above);
            cut = selected.Cut;
            if (selected.KeptTies == selected.Ties) workers.Run(pieces, new MarkNearWork(few, near, cut));
            else WriteBits(sources, pieces, selected);
        }

        memory.Free(buffer);
        return found;
    }

    /// <summary>
    /// The scores near the cut, a list for each piece; the list's bits are the piece's. A list longer than the capacity says that they did not fit.
    /// </summary>
    private readonly struct Near(nint memory, int pieces, int capacity)
    {
        /// <summary>The scores of each piece.</summary>
        public readonly ScoreList* Lists = (ScoreList*)memory;

        /// <summary>How many scores of each piece lie above the range.</summary>
        public int* Above => (int*)(Lists + pieces);

        /// <summary>Most scores of a piece.</summary>
        public int Capacity => capacity;

        private float* AllValues => (float*)(Above + pieces);

        /// <summary>The memory that all of this needs.</summary>
        public static long BytesFor(int pieces, int capacity) =>
            pieces * (sizeof(ScoreList) + sizeof(int) + ((long)capacity * (sizeof(float) + sizeof(ushort))));

        /// <summary>The scores of a piece.</summary>
        public float* Values(int piece) => AllValues + ((nint)piece * capacity);

        /// <summary>Their places within the piece.</summary>
        public ushort* Places(int piece) => (ushort*)(AllValues + ((nint)pieces * capacity)) + ((nint)piece * capacity);
    }
}
