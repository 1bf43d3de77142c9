// What a kernel can ask: where it stands, shared memory, bits of floats.
namespace ILGPU;

/// <summary>An index or an extent in three dimensions.</summary>
public readonly record struct Index3D(int X, int Y, int Z)
{
    public int Size => X * Y * Z;
}

/// <summary>The shape of a launch.</summary>
public readonly record struct KernelConfig(Index3D Grid, Index3D Group)
{
    public KernelConfig(int groups, int threads) : this(new Index3D(groups, 1, 1), new Index3D(threads, 1, 1)) { }
}

/// <summary>The place of the running thread's group in the grid.</summary>
public static class Grid
{
    public static int IdxX => GroupRun.Current.GroupIndex.X;

    public static int IdxY => GroupRun.Current.GroupIndex.Y;

    public static int IdxZ => GroupRun.Current.GroupIndex.Z;

    public static int DimX => GroupRun.Current.Config.Grid.X;

    public static int DimY => GroupRun.Current.Config.Grid.Y;
}

/// <summary>The place of the running thread in its group.</summary>
public static class Group
{
    public static int IdxX => GroupRun.Current.Lane;

    public static int DimX => GroupRun.Current.Config.Group.X;

    /// <summary>Never reached: the generator turns methods that call it into iterators.</summary>
    public static void Barrier() => throw new InvalidOperationException("A barrier in a method that the generator did not see.");

    /// <summary>What such a method does instead of its body: the steps between its barriers are the running thread's.</summary>
    public static void Run(IEnumerable<bool> steps) => GroupRun.Current.Steps = steps;
}

/// <summary>Memory of a group.</summary>
public static class SharedMemory
{
    /// <summary>The n-th allocation of every thread is the same memory; its content is undefined, which is NaN here.</summary>
    public static ArrayView<T> Allocate<T>(int length) where T : unmanaged => GroupRun.Current.Share<T>(length);
}

/// <summary>Bits of floats.</summary>
public static class Interop
{
    public static uint FloatAsInt(float value) => BitConverter.SingleToUInt32Bits(value);

    public static float IntAsFloat(uint value) => BitConverter.UInt32BitsToSingle(value);
}
