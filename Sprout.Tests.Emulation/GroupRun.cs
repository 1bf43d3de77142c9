using System.Runtime.InteropServices;

namespace ILGPU;

/// <summary>
/// Runs the threads of one group in turns on this thread: each up to the next barrier, in an order that changes with every barrier, so that a result which
/// depends on the order shows. A barrier that some threads reach and others do not, which hangs a device, is an error.
/// </summary>
internal sealed unsafe class GroupRun(KernelConfig config, LaneOrder order) : IDisposable
{
    [ThreadStatic]
    private static GroupRun? current;

    private readonly List<nint> shared = [];
    private int allocations;

    public static GroupRun Current => current ?? throw new InvalidOperationException("Only a kernel can ask this.");

    public KernelConfig Config => config;

    public Index3D GroupIndex { get; private set; }

    public int Lane { get; private set; }

    public IEnumerable<bool>? Steps { get; set; }

    /// <summary>Runs the kernel for all threads of one group.</summary>
    public void Execute(Index3D group, Action kernel)
    {
        GroupIndex = group;
        current = this;
        int lanes = config.Group.Size;
        var coroutines = new (IEnumerator<bool>? Steps, int Allocations)[lanes];
        try
        {
            foreach (int lane in order.Of(lanes))
            {
                (Lane, Steps, allocations) = (lane, null, 0);
                kernel();
                coroutines[lane] = (Steps?.GetEnumerator(), allocations);
            }

            while (coroutines[0].Steps is not null && Step(coroutines))
            {
            }
        }
        finally
        {
            current = null;
        }
    }

    public ArrayView<T> Share<T>(int length) where T : unmanaged
    {
        int bytes = length * sizeof(T);
        if (allocations == shared.Count)
        {
            shared.Add((nint)NativeMemory.AlignedAlloc((nuint)bytes, 64));
            // All bits set is a NaN as a float and a double.
            NativeMemory.Fill((void*)shared[allocations], (nuint)bytes, 0xFF);
        }

        return new ArrayView<T>((T*)shared[allocations++], length);
    }

    public void Dispose()
    {
        foreach (nint memory in shared) NativeMemory.AlignedFree((void*)memory);
    }

    // Every thread goes on to the next barrier or to its end; returns whether they stand at a barrier.
    private bool Step((IEnumerator<bool>? Steps, int Allocations)[] coroutines)
    {
        int waiting = 0;
        foreach (int lane in order.Of(coroutines.Length))
        {
            (Lane, allocations) = (lane, coroutines[lane].Allocations);
            if (coroutines[lane].Steps!.MoveNext()) waiting++;
            coroutines[lane].Allocations = allocations;
        }

        if (waiting != 0 && waiting != coroutines.Length)
            throw new InvalidOperationException($"{waiting} of {coroutines.Length} threads reached a barrier, the others ended.");
        return waiting != 0;
    }
}
