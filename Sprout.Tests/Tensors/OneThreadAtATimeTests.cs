// A backend that two threads enter says so.
using Sprout.Tensors;
using Sprout.Tensors.Cpu;

namespace Sprout.Tests.Tensors;

[Collection("backends")]
public sealed class OneThreadAtATimeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_second_thread_gets_an_exception_and_no_product_is_wrong(int threads)
    {
        const int size = 96;
        using IBackend backend = CpuBackend.Open(threads);
        using Tensor a = Tensor.From(backend, new Shape(size, size), [.. Enumerable.Range(0, size * size).Select(i => (i % 17) - 8f)]);
        using Tensor expected = Product(backend, a);
        float[] right = expected.ToArray();
        int refused = 0, wrong = 0, other = 0;
        Thread[] callers = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < 300; i++)
            {
                try
                {
                    // What it rents goes back by the same rules; a refused return is left to the pool's end.
                    if (!Product(backend, a).ToArray().AsSpan().SequenceEqual(right)) Interlocked.Increment(ref wrong);
                }
                catch (InvalidOperationException e) when (e.Message.Contains("another thread", StringComparison.Ordinal))
                {
                    Interlocked.Increment(ref refused);
                }
#pragma warning disable CA1031 // Whatever else comes is a failure of the test.
                catch (Exception)
#pragma warning restore CA1031
                {
                    Interlocked.Increment(ref other);
                }
            }
        }))];
        foreach (Thread caller in callers) caller.Start();
        foreach (Thread caller in callers) caller.Join();
        wrong.Should().Be(0);
        other.Should().Be(0);
        refused.Should().BePositive("four threads at once do not always miss each other");
        Product(backend, a).ToArray().Should().Equal(right, "one thread can go on");
    }

    private static Tensor Product(IBackend backend, Tensor a)
    {
        Tensor c = Tensor.Rent(backend, a.Shape);
        backend.MatMul(a, false, a, true, null, c, accumulate: false);
        return c;
    }
}
