// Scratch memory for pieces of work: as many slots as threads, taken and returned by whoever works.
namespace Sprout.Tensors.Cpu;

/// <summary>
/// Equal blocks of scratch memory, one a thread. A piece takes any free one, so results may not depend on what an earlier piece left there,
/// except for sums whose order does not matter.
/// </summary>
/// <param name="memory">Memory of <see cref="BytesFor"/> bytes, aligned to 64.</param>
/// <param name="slots">How many blocks.</param>
/// <param name="bytes">The size of a block.</param>
internal readonly unsafe struct ScratchSlots(nint memory, int slots, long bytes)
{
    private const int Line = 64;

    // The flags come first, each in its own cache line.
    private readonly byte* flags = (byte*)memory;
    private readonly byte* blocks = (byte*)memory + ((long)slots * Line);
    private readonly long stride = RoundUp(bytes);

    /// <summary>The number of blocks.</summary>
    public int Count => slots;

    /// <summary>The memory that the slots need.</summary>
    public static long BytesFor(int slots, long bytes) => slots * (Line + RoundUp(bytes));

    /// <summary>One block, aligned to 64 bytes.</summary>
    public byte* this[int slot] => blocks + (slot * stride);

    /// <summary>Marks all slots free.</summary>
    public void Reset()
    {
        for (int i = 0; i < slots; i++) *FlagOf(i) = 0;
    }

    /// <summary>A slot that nobody else has until <see cref="Return"/>; there is always one, because no more threads than slots work.</summary>
    public int Take()
    {
        for (int i = 0; ; i = (i + 1) % slots)
            if (Interlocked.CompareExchange(ref *FlagOf(i), 1, 0) == 0) return i;
    }

    /// <summary>Gives a slot back.</summary>
    public void Return(int slot) => Volatile.Write(ref *FlagOf(slot), 0);

    private static long RoundUp(long bytes) => (bytes + Line - 1) / Line * Line;

    private int* FlagOf(int slot) => (int*)(flags + ((long)slot * Line));
}
