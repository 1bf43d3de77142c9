// The backend's own threads.
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Sprout.Tensors.Cpu;

/// <summary>A piece of work for <see cref="Workers"/>: a struct, so that starting it allocates nothing.</summary>
internal interface IWork
{
    /// <summary>Does piece number <paramref name="piece"/>; pieces run in any order on any thread.</summary>
    void Run(int piece);
}

/// <summary>
/// Threads that spin shortly for the next piece of work and then park. The calling thread works too, and waits only for pieces that another thread has taken:
/// a thread that wakes too late costs nothing. One caller at a time; a piece may not call <see cref="Run"/>.
/// </summary>
internal sealed unsafe class Workers : IDisposable
{
    // About 50 µs: bridges the gaps between the kernels of a step; longer would starve whoever else uses the cores.
    private const int SpinsBeforePark = 700;

    [ThreadStatic]
    private static int current;

    private readonly Thread[] threads;
    private readonly SemaphoreSlim wake = new(0);
    private delegate*<void*, int, void> run;
    private void* work;
    private int pieces;
    private ExceptionDispatchInfo? failure;
    private Counters counters;
    private volatile bool closing;

    public Workers(int count)
    {
        Count = Math.Max(count, 1);
        threads = new Thread[Count - 1];
        for (int i = 0; i < threads.Length; i++)
        {
            threads[i] = new Thread(Loop, 1 << 20) { IsBackground = true, Name = $"Sprout worker {i + 1}" };
            threads[i].Start(i + 1);
        }
    }

    /// <summary>The number of the thread that asks, within its pool: 0 for callers, 1 to Count − 1 for workers. Selects scratch memory.</summary>
    public static int Current => current;

    /// <summary>The number of threads that work, the caller included.</summary>
    public int Count { get; }

    /// <summary>Runs pieces 0 to <paramref name="count"/> − 1 and returns when all are done. What a piece throws is thrown here, after the others have ended.</summary>
    public void Run<TWork>(int count, TWork job) where TWork : struct, IWork
    {
        if (count <= 1 || Count == 1)
        {
            for (int i = 0; i < count; i++) job.Run(i);
            return;
        }

        // Nobody reads these fields now: the last run left no piece to take, and taking one checks that the ticket is still the same.
        run = &Invoke<TWork>;
        work = Unsafe.AsPointer(ref job);
        pieces = count;
        counters.Done = 0;
        ulong generation = (counters.Ticket >> 32) + 1;
        Interlocked.Exchange(ref counters.Ticket, (generation << 32) | (uint)count);
        Wake(count - 1);
        int own = Work();
        var spin = default(SpinWait);
        while (Volatile.Read(ref counters.Done) + own != count) spin.SpinOnce(sleep1Threshold: -1);
        if (failure is not null) Interlocked.Exchange(ref failure, null)?.Throw();
    }

    public void Dispose()
    {
        closing = true;
        wake.Release(Count);
        foreach (Thread thread in threads) thread.Join();
        wake.Dispose();
    }

    private static void Invoke<TWork>(void* job, int piece) where TWork : struct, IWork => Unsafe.AsRef<TWork>(job).Run(piece);

    // Takes pieces until there are none; returns how many it did. The ticket's high half numbers the runs and its low half counts the pieces not taken.
    // A thread that was held up between reading and exchanging finds another ticket and takes nothing, so it never touches a run that is over.
    private int Work()
    {
        int done = 0;
        for (ulong ticket = Volatile.Read(ref counters.Ticket); (uint)ticket != 0; ticket = Volatile.Read(ref counters.Ticket))
        {
            delegate*<void*, int, void> body = run;
            void* job = work;
            int piece = pieces - (int)(uint)ticket;
            if (Interlocked.CompareExchange(ref counters.Ticket, ticket - 1, ticket) != ticket) continue;
            try
            {
                body(job, piece);
            }
#pragma warning disable CA1031 // Any exception: the caller's frame holds the job, so no thread may leave it before all are done.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null);
            }

            done++;
        }

        return done;
    }

    private void Loop(object? number)
    {
        current = (int)number!;
        int spins = 0;
        while (!closing)
        {
            int done = Work();
            if (done > 0)
            {
                Interlocked.Add(ref counters.Done, done);
                spins = 0;
            }
            else if (++spins < SpinsBeforePark)
            {
                Thread.SpinWait(2);
            }
            else
            {
                Park();
                spins = 0;
            }
        }
    }

    // Whoever takes a thread out of the count of parked ones owns its wake-up: the caller with a permit of the semaphore, or the thread itself when it finds work after all.
    private void Park()
    {
        Interlocked.Increment(ref counters.Parked);
        if ((uint)Volatile.Read(ref counters.Ticket) != 0 && TakeParked(1) == 1) return;
        wake.Wait();
    }

    private void Wake(int most)
    {
        if (TakeParked(most) is int taken && taken > 0) wake.Release(taken);
    }

    private int TakeParked(int most)
    {
        while (true)
        {
            int parked = Volatile.Read(ref counters.Parked);
            int taken = Math.Min(parked, most);
            if (taken == 0 || Interlocked.CompareExchange(ref counters.Parked, parked - taken, parked) == parked) return taken;
        }
    }

    // What all threads write, each on its own pair of cache lines.
    [StructLayout(LayoutKind.Explicit, Size = 512)]
    private struct Counters
    {
        [FieldOffset(128)]
        public ulong Ticket;

        [FieldOffset(256)]
        public int Done;

        [FieldOffset(384)]
        public int Parked;
    }
}
