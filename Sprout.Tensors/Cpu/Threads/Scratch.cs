namespace Sprout.Tensors.Cpu.Threads;

/// <summary>
/// Equal blocks of scratch memory, one a thread of the pool. Which pieces share a block is chance, so results may not depend on what an earlier piece left
/// there, except for sums whose order does not matter.
/// </summary>
/// <param name="memory">Memory of <see cref="BytesFor"/> bytes, aligned to 64.</param>
/// <param name="threads">How many blocks.</param>
/// <param name="bytes">The size of a block.</param>
internal readonly unsafe struct Scratch(nint memory, int threads, long bytes)
{
    private const int Line = 64;

    private readonly byte* blocks = (byte*)memory;
    private readonly long stride = RoundUp(bytes);

    /// <summary>The number of blocks.</summary>
    public int Count => threads;

    /// <summary>The block of the calling thread.</summary>
    public byte* Own => this[Workers.Current];

    /// <summary>One block, aligned to 64 bytes.</summary>
    public byte* this[int thread] => blocks + (thread * stride);

    /// <summary>The memory that all blocks need.</summary>
    public static long BytesFor(int threads, long bytes) => threads * RoundUp(bytes);

    private static long RoundUp(long bytes) => (bytes + Line - 1) / Line * Line;
}
