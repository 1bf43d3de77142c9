// The backend's own threads.
using System.Runtime.CompilerServices;

namespace Sprout.Tensors.Cpu;

/// <summary>A piece of work for <see cref="Workers"/>: a struct, so that starting it allocates nothing.</summary>
internal interface IWork
{
    /// <summary>Does piece number <paramref name="piece"/>; pieces run in any order on any thread.</summary>
    void Run(int piece);
}

/// <summary>
/// Threads that spin shortly for the next piece of work and then park. The calling thread works too. One caller at a time.
/// </summary>
internal sealed unsafe class Workers : IDisposable
{
    // A short spin bridges the gaps between the kernels of a step; longer would starve whoever else uses the cores.
    private const int SpinsBeforePark = 2000;

    private readonly Thread[] threads;
    private readonly SemaphoreSlim wake = new(0);
    private delegate*<void*, int, void> run;
    private void* work;
    private int pieces;
    private int next;
    private volatile int busy;
    private volatile int generation;
    private int parked;
    private volatile bool closing;

    public Workers(int count)
    {
        Count = Math.Max(count, 1);
        threads = new Thread[Count - 1];
        for (int i = 0; i < threads.Length; i++)
        {
            threads[i] = new Thread(Loop, 1 << 20) { IsBackground = true, Name = $"Sprout worker {i + 1}" };
            threads[i].Start();
        }
    }

    /// <summary>The number of threads that work, the caller included.</summary>
    public int Count { get; }

    /// <summary>Runs pieces 0 to <paramref name="count"/> − 1 and returns when all are done.</summary>
    public void Run<TWork>(int count, TWork job) where TWork : struct, IWork
    {
        if (count <= 0) return;
        if (count == 1 || Count == 1)
        {
            for (int i = 0; i < count; i++) job.Run(i);
            return;
        }

        run = &Invoke<TWork>;
        work = Unsafe.AsPointer(ref job);
        pieces = count;
        next = 0;
        busy = threads.Length;
        generation++;
        Thread.MemoryBarrier();
        int sleeping = Interlocked.Exchange(ref parked, 0);
        if (sleeping > 0) wake.Release(sleeping);
        Work();
        var spin = default(SpinWait);
        while (busy != 0) spin.SpinOnce(sleep1Threshold: -1);
    }

    public void Dispose()
    {
        closing = true;
        generation++;
        Thread.MemoryBarrier();
        wake.Release(threads.Length + 1);
        foreach (Thread thread in threads) thread.Join();
        wake.Dispose();
    }

    private static void Invoke<TWork>(void* job, int piece) where TWork : struct, IWork => Unsafe.AsRef<TWork>(job).Run(piece);

    private void Work()
    {
        delegate*<void*, int, void> body = run;
        void* job = work;
        int count = pieces;
        for (int i = Interlocked.Increment(ref next) - 1; i < count; i = Interlocked.Increment(ref next) - 1) body(job, i);
    }

    private void Loop()
    {
        int seen = 0;
        while (true)
        {
            for (int spins = 0; generation == seen; spins++)
            {
                if (spins < SpinsBeforePark)
                {
                    Thread.SpinWait(8);
                    continue;
                }

                Interlocked.Increment(ref parked);
                if (generation == seen) wake.Wait();
                else if (Interlocked.Exchange(ref parked, 0) is int others && others > 1) wake.Release(others - 1);
                spins = 0;
            }

            seen = generation;
            if (closing) return;
            Work();
            Interlocked.Decrement(ref busy);
        }
    }
}
