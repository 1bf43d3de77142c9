// Kernels with the faults that the emulation is there to notice; compiled by the generator like those of the engine.
using ILGPU;

namespace Sprout.Tests.Emulation;

internal static class FaultyKernels
{
    /// <summary>Reverses what a group wrote; right.</summary>
    public static void Reverse(ArrayView<int> x, int count)
    {
        ArrayView<int> shared = SharedMemory.Allocate<int>(64);
        shared[Group.IdxX] = x[Group.IdxX];
        Group.Barrier();
        x[Group.IdxX] = shared[count - 1 - Group.IdxX];
    }

    /// <summary>The same without the barrier.</summary>
    public static void ReverseTooEarly(ArrayView<int> x, int count)
    {
        ArrayView<int> shared = SharedMemory.Allocate<int>(64);
        shared[Group.IdxX] = x[Group.IdxX];
        x[Group.IdxX] = shared[count - 1 - Group.IdxX];
    }

    /// <summary>Half of the threads wait for the others for ever.</summary>
    public static void LeaveBeforeBarrier(ArrayView<int> x, int count)
    {
        if (Group.IdxX >= count / 2) return;
        Group.Barrier();
        x[Group.IdxX] = 0;
    }

    /// <summary>The last thread reads behind the end.</summary>
    public static void ReadBehind(ArrayView<int> x, int count) => x[Group.IdxX] = x[Group.IdxX + (count / 2)];
}
