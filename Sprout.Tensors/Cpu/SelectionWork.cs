// The passes of Top_v over a piece of the scores.
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sprout.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend<V>
{
    /// <summary>Counts the scores by one digit, those only whose higher digits are the prefix. Counts commute, so every thread has its own.</summary>
    private readonly struct HistogramWork(Scores sources, Scratch histograms, int digit, uint prefix) : IWork
    {
        public void Run(int piece)
        {
            float* x = sources.PieceOf(piece, out int length, out _);
            if (digit == 0) CountAll(x, length, (uint*)histograms.Own);
            else CountMatching(x, length, (uint*)histograms.Own);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void CountAll(float* x, int length, uint* counts)
        {
            int shift = OrderedBits.Shift(0);
            for (int i = 0; i < length; i++) counts[((i % HistogramCopies) * Bins) + (int)(OrderedBits.Of(x[i]) >> shift)]++;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void CountMatching(float* x, int length, uint* counts)
        {
            int shift = OrderedBits.Shift(digit), width = OrderedBits.Width(digit);
            uint mask = (1u << width) - 1;
            (float low, float high) = OrderedBits.Range(digit, prefix);
            V lowest = V.Broadcast(low), highest = V.Broadcast(high);
            for (int i = 0; i < length; i += V.Lanes)
            {
                int lanes = Math.Min(V.Lanes, length - i);
                V value = Read(x + i, lanes);
                // Few registers hold a match. Comparing takes −0 for +0, so the digits decide.
                uint near = V.AtLeastBits(value, lowest) & ~V.GreaterBits(value, highest) & ((1u << lanes) - 1);
                for (; near != 0; near &= near - 1)
                {
                    int lane = BitOperations.TrailingZeroCount(near);
                    uint ordered = OrderedBits.Of(x[i + lane]) >> shift;
                    if (ordered >> width == prefix) counts[((lane % HistogramCopies) * Bins) + (int)(ordered & mask)]++;
                }
            }
        }
    }

    /// <summary>Counts the scores that equal the cut.</summary>
    private readonly struct CountTiesWork(Scores sources, float cut, int* ties) : IWork
    {
        public void Run(int piece)
        {
            float* x = sources.PieceOf(piece, out int length, out _);
            int count = 0;
            for (int i = 0; i < length; i += 32)
            {
                CompareWord(x + i, Math.Min(32, length - i), cut, out uint equal);
                count += BitOperations.PopCount(equal);
            }

            ties[piece] = count;
        }
    }

    /// <summary>Writes the bits of scores above the cut and of the first ties[piece] that equal it (ties null: of none).</summary>
    private readonly struct WriteBitsWork(Scores sources, float cut, int* ties) : IWork
    {
        public void Run(int piece)
        {
            float* x = sources.PieceOf(piece, out int length, out uint* bits);
            int left = ties == null ? 0 : ties[piece];
            for (int i = 0; i < length; i += 32)
            {
                uint kept = CompareWord(x + i, Math.Min(32, length - i), cut, out uint equal);
                for (; equal != 0 && left > 0; left--)
                {
                    uint first = equal & (0 - equal);
                    kept |= first;
                    equal ^= first;
                }

                bits[i / 32] = kept;
            }
        }
    }

    // Up to 32 scores as bits: those above the cut, and those that equal it. A NaN as cut is below all numbers and equal to itself.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint CompareWord(float* x, int length, float cut, out uint equal)
    {
        bool isNaN = float.IsNaN(cut);
        V border = V.Broadcast(isNaN ? float.NegativeInfinity : cut);
        uint above = 0, atLeast = 0, valid = length == 32 ? uint.MaxValue : (1u << length) - 1;
        for (int i = 0; i < length; i += V.Lanes)
        {
            V value = Read(x + i, Math.Min(V.Lanes, length - i));
            above |= V.GreaterBits(value, border) << i;
            atLeast |= V.AtLeastBits(value, border) << i;
        }

        if (isNaN) (above, atLeast) = (atLeast, uint.MaxValue);
        above &= valid;
        equal = atLeast & ~above & valid;
        return above;
    }
}
