namespace Sprout.Tensors.Cpu.Threads;

/// <summary>Cutting work into pieces: how many there are, and what they fill.</summary>
internal static class Division
{
    /// <summary>x / by, rounded up.</summary>
    public static int DivideUp(int x, int by) => (x + by - 1) / by;

    /// <summary>x / by, rounded up.</summary>
    public static long DivideUp(long x, long by) => (x + by - 1) / by;

    /// <summary>The smallest multiple that is not below x.</summary>
    public static int RoundUp(long x, int multiple) => (int)((x + multiple - 1) / multiple * multiple);

    /// <summary>How many pieces of some size there are, the last of them perhaps smaller.</summary>
    /// <exception cref="OverflowException">More than 32 bits count.</exception>
    public static int PiecesOf(long count, int size) => checked((int)DivideUp(count, size));
}
