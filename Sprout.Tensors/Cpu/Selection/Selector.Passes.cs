// The passes of Top_v over a piece of the scores.
using System.Numerics;
using System.Runtime.CompilerServices;
using Sprout.Tensors.Cpu.Threads;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Cpu.Selection;

internal sealed unsafe partial class Selector<V>
{
    /// <summary>Counts the scores above a range and in its bins. Counts commute, so every thread has its own.</summary>
    private readonly struct HistogramWork(Scores sources, Scratch histograms, OrderedRange range) : IWork
    {
        public void Run(int piece)
        {
            float* x = sources.PieceOf(piece, out int length, out _);
            Count(x, length, range, (Histogram*)histograms.Own);
        }

        [MethodImpl(Jit.Kernel)]
        private static void Count(float* x, int length, OrderedRange range, Histogram* histogram)
        {
            uint low = range.Low;
            int shift = range.Shift;
            bool isOneValue = range.Low == range.High;
            V lowest = V.Broadcast(range.LowValue), highest = V.Broadcast(range.HighValue);
            long above = 0;
            uint equal = 0;
            for (int i = 0; i < length; i += V.Lanes)
            {
                int lanes = Math.Min(V.Lanes, length - i);
                V value = Read(x + i, lanes);
                uint valid = (1u << lanes) - 1, greater = V.GreaterBits(value, highest) & valid, near = V.AtLeastBits(value, lowest) & ~greater & valid;
                above += BitOperations.PopCount(greater);
                if (isOneValue)
                {
                    equal += (uint)BitOperations.PopCount(near);
                    continue;
                }

                // In a narrow range few registers hold a match.
                for (; near != 0; near &= near - 1)
                {
                    int lane = BitOperations.TrailingZeroCount(near);
                    histogram->Bins[((lane % HistogramCopies) * OrderedRange.MostBins) + (int)((OrderedRange.Of(x[i + lane]) - low) >> shift)]++;
                }
            }

            histogram->Above += above;
            histogram->Bins[0] += equal;
        }
    }

    /// <summary>Writes the bits of the scores above a range, and gathers those in it.</summary>
    private readonly struct GatherNearWork(Scores sources, OrderedRange range, Near near) : IWork
    {
        public void Run(int piece)
        {
            float* x = sources.PieceOf(piece, out int length, out uint* bits);
            int count = Gather(x, length, range.LowValue, range.HighValue, bits, near.Capacity, near.Values(piece), near.Places(piece), out near.Above[piece]);
            near.Lists[piece] = new ScoreList(near.Values(piece), count, bits, piece);
        }

        // Returns how many were gathered, or more than the capacity when they do not fit.
        [MethodImpl(Jit.Kernel)]
        private static int Gather(float* x, int length, float low, float high, uint* bits, int capacity, float* values, ushort* places, out int above)
        {
            V lowest = V.Broadcast(low), highest = V.Broadcast(high);
            int count = 0;
            above = 0;
            for (int i = 0; i < length; i += 32)
            {
                uint greater = CompareWord(x + i, Math.Min(32, length - i), lowest, highest, out uint inside);
                bits[i / 32] = greater;
                above += BitOperations.PopCount(greater);
                if (count + BitOperations.PopCount(inside) > capacity) return capacity + 1;
                for (; inside != 0; inside &= inside - 1)
                {
                    int place = i + BitOperations.TrailingZeroCount(inside);
                    places[count] = (ushort)place;
                    values[count++] = x[place];
                }
            }

            return count;
        }
    }

    /// <summary>Sets the bits of those gathered scores that are not below the cut.</summary>
    private readonly struct MarkNearWork(Scores few, Near near, float cut) : IWork
    {
        [MethodImpl(Jit.Kernel)]
        public void Run(int piece)
        {
            float* x = few.PieceOf(piece, out int length, out uint* bits);
            ushort* places = near.Places(piece);
            // No branch: it could not be predicted.
            for (int i = 0; i < length; i++) bits[places[i] / 32] |= (x[i] >= cut ? 1u : 0u) << (places[i] % 32);
        }
    }

    /// <summary>Counts the scores that equal the cut.</summary>
    private readonly struct CountTiesWork(Scores sources, float cut, int* ties) : IWork
    {
        [MethodImpl(Jit.Kernel)]
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
        [MethodImpl(Jit.Kernel)]
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
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint CompareWord(float* x, int length, float cut, out uint equal)
    {
        bool isNaN = float.IsNaN(cut);
        V border = V.Broadcast(isNaN ? float.NegativeInfinity : cut);
        uint above = CompareWord(x, length, border, border, out equal);
        if (!isNaN) return above;
        uint numbers = above | equal;
        equal = Valid(length) & ~numbers;
        return numbers;
    }

    // Up to 32 scores as bits: those above a range, and those inside.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint CompareWord(float* x, int length, V lowest, V highest, out uint inside)
    {
        uint above = 0, atLeast = 0;
        for (int i = 0; i < length; i += V.Lanes)
        {
            V value = Read(x + i, Math.Min(V.Lanes, length - i));
            above |= V.GreaterBits(value, highest) << i;
            atLeast |= V.AtLeastBits(value, lowest) << i;
        }

        above &= Valid(length);
        inside = atLeast & ~above & Valid(length);
        return above;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Read(float* x, int lanes) => lanes == V.Lanes ? V.Load(x) : V.LoadPartial(x, lanes);

    private static uint Valid(int length) => length == 32 ? uint.MaxValue : (1u << length) - 1;
}
