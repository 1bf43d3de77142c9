// The largest scores, exactly: radix selection without atomics.
using ILGPU;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>
/// Finds the key of the k-th largest score four bits at a time, from the highest: every group counts the digits of the scores that agree with the key so far,
/// one group adds the counts up and chooses the digit. Scores above the key are kept, and of those equal to it as many as are missing, in the order of their
/// index. The state in device memory is [key so far, how many are still wanted among the scores that agree with it].
/// </summary>
internal static class SelectionKernels
{
    /// <summary>Values of a digit.</summary>
    public const int Digits = 16;

    /// <summary>Digits of a key.</summary>
    public const int Rounds = 8;

    /// <summary>Threads of a counting group, which has one counter a thread and digit in shared memory.</summary>
    public const int CountLanes = 128;

    /// <summary>Threads of a group that marks bits; each has one word of 32.</summary>
    public const int MarkLanes = 128;

    private const uint SignBit = 0x80000000;

    /// <summary>Starts a selection of <paramref name="keep"/> scores.</summary>
    public static void Begin(ArrayView<int> state, int keep)
    {
        state[0] = 0;
        state[1] = keep;
    }

    /// <summary>counts[digit, firstGroup + group] = the scores of the group's share that agree with the key so far and go on with the digit.</summary>
    public static void CountDigits(ArrayView<float> scores, ArrayView<int> state, int round, ArrayView<int> counts, int firstGroup, int groups, int count)
    {
        ArrayView<int> counters = SharedMemory.Allocate<int>(CountLanes * Digits);
        int lane = Group.IdxX, shift = 28 - (4 * round);
        uint known = (uint)state[0], mask = round == 0 ? 0u : ~0u << (shift + 4);
        for (int digit = 0; digit < Digits; digit++) counters[(digit * CountLanes) + lane] = 0;
        for (int i = Threads.Index; i < count; i += Threads.Count)
        {
            uint key = KeyOf(scores[i]);
            if ((key & mask) == known) counters[((int)((key >> shift) & 15) * CountLanes) + lane]++;
        }

        Group.Barrier();
        if (lane >= Digits) return;
        int sum = 0;
        for (int i = 0; i < CountLanes; i++) sum += counters[(lane * CountLanes) + i];
        counts[(lane * groups) + firstGroup + Grid.IdxX] = sum;
    }

    /// <summary>Chooses the digit in which the last wanted score lies, by one group: neighbouring threads add up neighbouring digits.</summary>
    public static void ChooseDigit(ArrayView<int> state, int round, ArrayView<int> counts, int groups)
    {
        ArrayView<int> totals = SharedMemory.Allocate<int>(Reduce.MaxLanes);
        int lane = Group.IdxX, digit = lane % Digits, sum = 0;
        for (int i = lane / Digits; i < groups; i += Group.DimX / Digits) sum += counts[(digit * groups) + i];
        totals[lane] = sum;
        Group.Barrier();
        for (int half = Group.DimX / 2; half >= Digits; half /= 2)
        {
            if (lane < half) totals[lane] += totals[lane + half];
            Group.Barrier();
        }

        if (lane != 0) return;
        int wanted = state[1], chosen = Digits - 1;
        while (chosen > 0 && totals[chosen] < wanted)
        {
            wanted -= totals[chosen];
            chosen--;
        }

        state[0] |= chosen << (28 - (4 * round));
        state[1] = wanted;
    }

    /// <summary>ties[firstGroup + group] = the scores equal to the key among the group's words of 32.</summary>
    public static void CountTies(ArrayView<float> scores, ArrayView<int> state, ArrayView<int> ties, int firstGroup, int count)
    {
        ArrayView<int> shared = SharedMemory.Allocate<int>(Reduce.MaxLanes);
        Reduce.Sum(shared, TiesOfWord(scores, (uint)state[0], Threads.Index, count));
        if (Group.IdxX == 0) ties[firstGroup + Grid.IdxX] = shared[0];
    }

    /// <summary>Replaces the numbers of ties by those of all groups before, by one group: each thread takes neighbouring groups.</summary>
    public static void SumTies(ArrayView<int> ties, int groups)
    {
        ArrayView<int> shared = SharedMemory.Allocate<int>(Reduce.MaxLanes);
        int share = (groups + Group.DimX - 1) / Group.DimX, first = Group.IdxX * share, end = first + share < groups ? first + share : groups, sum = 0;
        for (int i = first; i < end; i++) sum += ties[i];
        Reduce.Scan(shared, sum);
        int before = shared[Group.IdxX] - sum;
        for (int i = first; i < end; i++)
        {
            int own = ties[i];
            ties[i] = before;
            before += own;
        }
    }

    /// <summary>Sets the bits of the scores above the key and of the first ties, a thread a word.</summary>
    public static void Mark(ArrayView<float> scores, ArrayView<int> state, ArrayView<int> ties, int firstGroup, ArrayView<int> bits, int count)
    {
        ArrayView<int> shared = SharedMemory.Allocate<int>(Reduce.MaxLanes);
        uint wantedKey = (uint)state[0];
        int word = Threads.Index, own = TiesOfWord(scores, wantedKey, word, count);
        Reduce.Scan(shared, own);
        int first = word * 32, end = first + 32 < count ? first + 32 : count;
        if (first >= count) return;
        int left = state[1] - ties[firstGroup + Grid.IdxX] - (shared[Group.IdxX] - own), set = 0;
        for (int i = first; i < end; i++)
        {
            uint key = KeyOf(scores[i]);
            bool isKept = key > wantedKey;
            if (key == wantedKey)
            {
                isKept = left > 0;
                left--;
            }

            if (isKept) set |= 1 << (i - first);
        }

        bits[word] = set;
    }

    /// <summary>Sets the bits of the scores above a threshold, beside those that are set, a thread a word.</summary>
    public static void MarkAbove(ArrayView<float> scores, float threshold, ArrayView<int> bits, int count)
    {
        int first = Threads.Index * 32, end = first + 32 < count ? first + 32 : count;
        if (first >= count) return;
        int set = bits[Threads.Index];
        for (int i = first; i < end; i++)
        {
            // Keys, because a compiled "greater" of floats may hold for a NaN.
            if (KeyOf(scores[i]) > KeyOf(threshold)) set |= 1 << (i - first);
        }

        bits[Threads.Index] = set;
    }

    // Unsigned order of keys is the order of scores; both zeros are one key, a NaN is below everything.
    private static uint KeyOf(float score)
    {
        uint bits = Interop.FloatAsInt(score), magnitude = bits & ~SignBit;
        if (magnitude > 0x7F800000) return 0;
        if (magnitude == 0) return SignBit;
        return (bits & SignBit) != 0 ? ~bits : bits | SignBit;
    }

    private static int TiesOfWord(ArrayView<float> scores, uint key, int word, int count)
    {
        int ties = 0, end = (word * 32) + 32 < count ? (word * 32) + 32 : count;
        for (int i = word * 32; i < end; i++)
        {
            if (KeyOf(scores[i]) == key) ties++;
        }

        return ties;
    }
}
