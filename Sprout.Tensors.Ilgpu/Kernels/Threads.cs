using ILGPU;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>
/// The place of a thread among all threads of a launch: kernels over elements take every <see cref="Count"/>-th one, starting at <see cref="Index"/>.
/// </summary>
internal static class Threads
{
    /// <summary>The number of this thread in the grid.</summary>
    public static int Index => (Grid.IdxX * Group.DimX) + Group.IdxX;

    /// <summary>The number of threads in the grid.</summary>
    public static int Count => Grid.DimX * Group.DimX;
}
