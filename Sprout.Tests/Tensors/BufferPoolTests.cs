// What the pool keeps, hands out again and gives back.
using Sprout.Tensors;
using Sprout.Tensors.Random;

namespace Sprout.Tests.Tensors;

public sealed class BufferPoolTests
{
    private long allocated, room = long.MaxValue;

    [Fact]
    public void What_was_given_back_is_handed_out_again()
    {
        using BufferPool pool = Create();
        DeviceBuffer first = pool.Rent(1_000_000);
        pool.Return(first);
        pool.Rent(1_000_000).Should().BeSameAs(first);
        pool.LiveBytes.Should().Be(first.Bytes).And.BeInRange(1_000_000, 1_125_000);
    }

    [Fact]
    public void Other_sizes_get_buffers_of_their_own_until_half_more_is_held_than_was_needed()
    {
        using BufferPool pool = Create();
        DeviceBuffer large = pool.Rent(1 << 20);
        pool.Return(large);
        DeviceBuffer small = pool.Rent(300_000);
        small.Should().NotBeSameAs(large);
        pool.Return(small);
        pool.Rent(400_000).Should().BeSameAs(large);
        pool.LiveBytes.Should().BeInRange(400_000, 450_000);
        pool.Return(large);
        pool.Rent(200_000).Should().BeSameAs(small, "the nearest size comes first");
        pool.Rent(1 << 18).Should().BeSameAs(large, "it is four times as large");
        pool.Return(large);
        pool.Rent((1 << 18) - (1 << 15)).Should().NotBeSameAs(large, "it is more than that");
    }

    [Fact]
    public void Steps_of_many_sizes_hold_less_than_twice_what_the_largest_needs()
    {
        using BufferPool pool = Create();
        var random = new RandomStream(7, 0);
        for (int step = 0; step < 300; step++)
        {
            int tokens = 200 + random.NextInt(3000);
            DeviceBuffer[] buffers = [.. Enumerable.Range(0, 40).Select(i => pool.Rent((long)tokens * (1 + (i % 4)) * 64))];
            foreach (DeviceBuffer buffer in buffers) pool.Return(buffer);
            pool.LiveBytes.Should().Be(0);
        }

        allocated.Should().BeLessThan(2 * pool.PeakBytes);
    }

    [Fact]
    public void A_repeated_step_allocates_nothing_after_the_first()
    {
        using BufferPool pool = Create();
        long after = 0;
        for (int step = 0; step < 5; step++)
        {
            var kept = new Stack<DeviceBuffer>();
            for (int layer = 0; layer < 6; layer++)
            {
                kept.Push(pool.Rent(100_000));
                pool.Return(pool.Rent(400_000));
                kept.Push(pool.Rent(150_000));
            }

            while (kept.TryPop(out DeviceBuffer? buffer))
            {
                pool.Return(pool.Rent(130_000));
                pool.Return(buffer);
            }

            if (step == 0) after = allocated;
            allocated.Should().Be(after);
        }
    }

    [Fact]
    public void A_full_device_gets_the_idle_memory_back_first()
    {
        using BufferPool pool = Create();
        pool.Return(pool.Rent(1 << 20));
        room = (1 << 20) + 1000;
        pool.Rent(4096).Bytes.Should().Be(4096);
        allocated.Should().Be(4096);
        pool.Invoking(p => p.Rent(1 << 21)).Should().Throw<OutOfMemoryException>();
    }

    [Fact]
    public void Disposing_gives_everything_back_and_what_is_out_when_it_returns()
    {
        BufferPool pool = Create();
        DeviceBuffer first = pool.Rent(1000), second = pool.Rent(2000);
        pool.Return(first);
        pool.Dispose();
        allocated.Should().Be(second.Bytes);
        pool.Return(second);
        allocated.Should().Be(0);
        pool.Invoking(p => p.Rent(1)).Should().Throw<ObjectDisposedException>();
    }

    private BufferPool Create() => new(bytes =>
    {
        if (allocated + bytes > room) throw new InsufficientMemoryException();
        allocated += bytes;
        return new CountedBuffer(bytes, this);
    });

    private sealed class CountedBuffer(long bytes, BufferPoolTests owner) : DeviceBuffer(bytes)
    {
        public override void Dispose() => owner.allocated -= Bytes;
    }
}
