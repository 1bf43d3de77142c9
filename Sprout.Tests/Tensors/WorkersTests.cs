// The worker threads under stress.
using Sprout.Tensors.Cpu.Threads;

namespace Sprout.Tests.Tensors;

public sealed unsafe class WorkersTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(9)]
    public void Every_piece_runs_exactly_once_in_many_short_runs(int threads)
    {
        using var workers = new Workers(threads);
        int* counts = stackalloc int[40];
        var random = new Random(threads);
        for (int round = 0; round < 20_000; round++)
        {
            int pieces = random.Next(40);
            new Span<int>(counts, 40).Clear();
            int first = random.Next(pieces + 1);
            workers.Run(first, pieces - first, new Count(counts, 0));
            for (int i = 0; i < 40; i++)
                if (counts[i] != (i < pieces ? 1 : 0)) Assert.Fail($"Round {round}: piece {i} of {pieces} ran {counts[i]} times.");
        }
    }

    [Fact]
    public void Parked_threads_wake_or_are_not_waited_for()
    {
        using var workers = new Workers(3);
        int* counts = stackalloc int[6];
        for (int round = 0; round < 300; round++)
        {
            // Pauses around the time of parking, where a wake-up could be lost.
            Thread.SpinWait(round * 20);
            new Span<int>(counts, 6).Clear();
            workers.Run(6, new Count(counts, 50));
            new Span<int>(counts, 6).ToArray().Should().OnlyContain(count => count == 1);
        }
    }

    [Fact]
    public void Numbers_of_threads_are_below_their_count_and_the_caller_is_0()
    {
        using var workers = new Workers(3);
        int* seen = stackalloc int[200];
        workers.Run(200, new WhoAmI(seen));
        new Span<int>(seen, 200).ToArray().Should().OnlyContain(number => number >= 0 && number < 3);
        Workers.Current.Should().Be(0);
    }

    [Fact]
    public void Each_thread_begins_with_its_share_of_the_first_pieces_and_goes_on_with_its_share_of_the_others()
    {
        using var workers = new Workers(2);
        using var meeting = new Barrier(2);
        // Two pieces at a time wait for each other, so that no thread can take another's.
        List<int> own = [], other = [];
        var job = new Meet(meeting, [own, other]);
        for (int round = 0; round < 100; round++)
        {
            own.Clear();
            other.Clear();
            workers.Run(4, 2, job);
            own.Should().Equal(0, 1, 4);
            other.Should().Equal(2, 3, 5);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void What_a_piece_throws_is_thrown_to_the_caller_and_the_threads_go_on(int threads)
    {
        using var workers = new Workers(threads);
        for (int round = 0; round < 100; round++)
        {
            Action run = () => workers.Run(20, default(Failing));
            run.Should().Throw<InvalidOperationException>();
        }

        int* counts = stackalloc int[20];
        new Span<int>(counts, 20).Clear();
        workers.Run(20, new Count(counts, 0));
        new Span<int>(counts, 20).ToArray().Should().OnlyContain(count => count == 1);
    }

    [Fact]
    public void A_run_allocates_nothing()
    {
        using var workers = new Workers(2);
        int* counts = stackalloc int[8];
        for (int i = 0; i < 100; i++) workers.Run(8, new Count(counts, 0));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) workers.Run(8, new Count(counts, 0));
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    private readonly struct Count(int* counts, int spins) : IWork
    {
        public void Run(int piece)
        {
            if (spins > 0) Thread.SpinWait(spins);
            Interlocked.Increment(ref counts[piece]);
        }
    }

    private readonly struct WhoAmI(int* seen) : IWork
    {
        public void Run(int piece)
        {
            Thread.SpinWait(100);
            seen[piece] = Workers.Current;
        }
    }

    private readonly struct Meet(Barrier meeting, List<int>[] pieces) : IWork
    {
        public void Run(int piece)
        {
            meeting.SignalAndWait();
            pieces[Workers.Current].Add(piece);
        }
    }

    private readonly struct Failing : IWork
    {
        public void Run(int piece)
        {
            if (piece % 5 == 3) throw new InvalidOperationException("piece " + piece);
        }
    }
}
