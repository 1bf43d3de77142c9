// A device must compute before it is trusted.
using Sprout.Tensors.Ops;
using Sprout.Tensors.Random;
using Sprout.Tensors.Reference;

namespace Sprout.Tensors.Ilgpu;

/// <summary>
/// Runs one kernel of each kind, with barriers, vector reads, random numbers and integer arithmetic, and compares with the reference backend. A driver or
/// compiler that gives wrong numbers is found before a run, not after it.
/// </summary>
internal static class SelfTest
{
    private const int Rows = 70, Columns = 68, Keep = 1234;

    /// <summary>The backend, if it computes right; otherwise it is closed.</summary>
    /// <exception cref="OptionException">It does not.</exception>
    public static IlgpuBackend Checked(IlgpuBackend backend, string name)
    {
        try
        {
            using var reference = new ReferenceBackend();
            foreach (((string kernel, float[] found), (_, float[] expected)) in Results(backend).Zip(Results(reference)))
            {
                int wrong = Array.FindIndex([.. found.Zip(expected, (a, b) => Math.Abs(a - b) <= 1e-3f + (1e-4f * Math.Abs(b)))], isClose => !isClose);
                if (wrong < 0) continue;
                var device = new OptionName("Device");
                string difference = FormattableString.Invariant($"gave {found[wrong]} where {expected[wrong]} was expected (element {wrong})");
                throw OptionException.Of($"{device}: {name} fails its self-test: {kernel} {difference}.");
            }

            return backend;
        }
        catch
        {
            backend.Dispose();
            throw;
        }
    }

    private static IEnumerable<(string Kernel, float[] Result)> Results(IBackend backend)
    {
        var random = new RandomStream(seed: 1, stream: 1);
        var dropout = new Dropout(0.1f, Key: 1, Stream: 2);
        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Normal())];
        using Tensor x = Tensor.From(backend, new Shape(Rows, Columns), Draw(Rows * Columns));
        using Tensor w = Tensor.From(backend, new Shape(Rows, Columns), Draw(Rows * Columns));
        using Tensor gamma = Tensor.From(backend, new Shape(Columns), Draw(Columns)), product = Tensor.Rent(backend, new Shape(Rows, Rows));
        using Tensor y = Tensor.Rent(backend, x.Shape), sums = Tensor.Zeros(backend, new Shape(1));
        using var mask = Mask.OfBits(backend, w.Shape);
        backend.TopV([w], Keep, [mask.Bits!]);
        yield return (nameof(IBackend.TopV), [backend.CountBits(mask.Bits!, w.Count)]);
        backend.Linear<Gelu>(x, w, mask, null, null, product);
        yield return (nameof(IBackend.Linear), product.ToArray());
        backend.LayerNormForward(x, w, dropout, gamma, gamma, 1e-5f, null, null, null, y);
        yield return (nameof(IBackend.LayerNormForward), y.ToArray());
        backend.SumOfSquares(x, sums, 0);
        yield return (nameof(IBackend.SumOfSquares), sums.ToArray());
        using IntTensor offsets = IntTensor.From(backend, [0, 33, Rows]);
        backend.AttentionForward(x, w, w, offsets, offsets, 4, dropout, null, y);
        yield return (nameof(IBackend.AttentionForward), y.ToArray());
    }
}
