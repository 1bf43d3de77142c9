using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Sprout.Tensors.Cpu.Threads;

/// <summary>
/// Threads that spin shortly for the next run of pieces and then park. Each thread, the calling one among them, begins with its own share of the pieces,
/// neighbours in number and the same in every run of as many pieces, so that it finds in its caches what it wrote there before; then it takes what others have
/// left. The caller waits only for pieces that another thread has taken: a thread that wakes too late costs nothing. One caller at a time; a piece may not call
/// <see cref="Run{TWork}(int, TWork)"/> either.
/// </summary>
internal sealed unsafe class Workers : IDisposable
{
    // About 50 µs: bridges the gaps between the kernels of a step; longer would starve whoever else uses the cores.
    private const int SpinsBeforePark = 700;

    // What several threads write lies this many bytes from everything else: two cache lines, which processors fetch together.
    private const int Spacing = 128;

    [ThreadStatic]
    private static int current;

    private readonly Thread[] threads;
    private readonly SemaphoreSlim wake = new(0);
    private readonly Ticket[] tickets;
    private delegate*<void*, int, void> run;
    private void* work;
    private int leading, trailing;
    private ExceptionDispatchInfo? failure;
    private Counters counters;
    private volatile bool closing;
    private OneThreadAtATime caller;

    public Workers(int count)
    {
        Count = Math.Max(count, 1);
        tickets = new Ticket[Count];
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

    /// <summary>
    /// Runs pieces 0 to <paramref name="count"/> − 1 and returns when all are done. What a piece throws is thrown here, after the others have ended.
    /// </summary>
    public void Run<TWork>(int count, TWork job) where TWork : struct, IWork => Run(count, 0, job);

    /// <summary>
    /// The same for pieces 0 to <paramref name="leading"/> + <paramref name="trailing"/> − 1, of which each thread does its share of the leading ones before
    /// its share of the trailing ones.
    /// </summary>
    public void Run<TWork>(int leading, int trailing, TWork job) where TWork : struct, IWork
    {
        caller.Enter();
        try
        {
            if (leading + trailing <= 1 || Count == 1) RunHere(leading + trailing, job);
            else RunOnAll(leading, trailing, job);
        }
        finally
        {
            caller.Leave();
        }
    }

    public void Dispose()
    {
        closing = true;
        wake.Release(Count);
        foreach (Thread thread in threads) thread.Join();
        wake.Dispose();
    }

    private static void RunHere<TWork>(int count, TWork job) where TWork : struct, IWork
    {
        for (int i = 0; i < count; i++) job.Run(i);
    }

    private void RunOnAll<TWork>(int leading, int trailing, TWork job) where TWork : struct, IWork
    {
        int count = leading + trailing;

        // Nobody reads these fields now: the last run left no piece to take, and taking one checks that the ticket is still the same.
        run = &Invoke<TWork>;
        work = Unsafe.AsPointer(ref job);
        this.leading = leading;
        this.trailing = trailing;
        counters.Done = 0;
        uint generation = counters.Generation + 1;
        for (int i = 0; i < Count; i++)
            Volatile.Write(ref tickets[i].Value, ((ulong)generation << 32) | (uint)(Share(leading, i).Length + Share(trailing, i).Length));
        Interlocked.Exchange(ref counters.Generation, generation);
        Wake(count - 1);
        int own = Work();
        var spin = default(SpinWait);
        while (Volatile.Read(ref counters.Done) + own != count) spin.SpinOnce(sleep1Threshold: -1);
        if (failure is not null) Interlocked.Exchange(ref failure, null)?.Throw();
    }

    private static void Invoke<TWork>(void* job, int piece) where TWork : struct, IWork => Unsafe.AsRef<TWork>(job).Run(piece);

    // A thread's part of some pieces. Few pieces go to the first threads.
    private (int Begin, int Length) Share(int pieces, int thread)
    {
        int parts = Math.Min(pieces, Count);
        if (thread >= parts) return (0, 0);
        int begin = (int)((long)pieces * thread / parts);
        return (begin, (int)((long)pieces * (thread + 1) / parts) - begin);
    }

    // Does this thread's pieces, then those that others have left; returns how many it did.
    private int Work()
    {
        int done = 0;
        for (int i = 0; i < Count; i++)
        {
            int owner = current + i;
            done += Work(owner < Count ? owner : owner - Count);
        }

        return done;
    }

    // A ticket's high half numbers the runs and its low half counts the owner's pieces that nobody has taken.
    // A thread that was held up between reading and exchanging finds another ticket and takes nothing, so it never touches a run that is over.
    private int Work(int owner)
    {
        int done = 0;
        ref ulong left = ref tickets[owner].Value;
        for (ulong ticket = Volatile.Read(ref left); (uint)ticket != 0; ticket = Volatile.Read(ref left))
        {
            delegate*<void*, int, void> body = run;
            void* job = work;
            int first = leading;
            (int begin, int length) = Share(first, owner);
            (int trailingBegin, int trailingLength) = Share(trailing, owner);
            int number = length + trailingLength - (int)(uint)ticket;
            if (Interlocked.CompareExchange(ref left, ticket - 1, ticket) != ticket) continue;
            try
            {
                body(job, number < length ? begin + number : first + trailingBegin + number - length);
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
        uint last = 0;
        while (!closing)
        {
            uint generation = Volatile.Read(ref counters.Generation);
            if (generation != last)
            {
                last = generation;
                int done = Work();
                if (done > 0) Interlocked.Add(ref counters.Done, done);
                spins = 0;
            }
            else if (++spins < SpinsBeforePark)
            {
                Thread.SpinWait(2);
            }
            else
            {
                Park(last);
                spins = 0;
            }
        }
    }

    // Whoever takes a thread out of the count of parked ones owns its wake-up: the caller with a permit of the semaphore, or the thread itself when it finds
    // another run after all.
    private void Park(uint last)
    {
        Interlocked.Increment(ref counters.Parked);
        if (Volatile.Read(ref counters.Generation) != last && TakeParked(1) == 1) return;
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

    // The pieces of one thread that are left.
    [StructLayout(LayoutKind.Explicit, Size = 2 * Spacing)]
    private struct Ticket
    {
        [FieldOffset(Spacing)]
        public ulong Value;
    }

    // What all threads read or write.
    [StructLayout(LayoutKind.Explicit, Size = 4 * Spacing)]
    private struct Counters
    {
        [FieldOffset(Spacing)]
        public uint Generation;

        [FieldOffset(2 * Spacing)]
        public int Done;

        [FieldOffset(3 * Spacing)]
        public int Parked;
    }
}
