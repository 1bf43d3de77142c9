// Times one matrix product.
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sprout.Tensors;
using Sprout.Tensors.Random;

namespace Sprout.Cli.Bench;

/// <summary>C [M, N] = op(A) · op(B) with inner extent K; a layout names A and B: N as it is, T transposed.</summary>
internal sealed partial record BenchProduct(int M, int N, int K, string Layout)
{
    private static readonly long MostElements = Array.MaxLength;

    // Small products are repeated within a sample, so that the clock's resolution does not matter.
    private const double LeastSeconds = 5e-3;

    /// <summary>Parses MxNxK and NN, NT or TN.</summary>
    /// <exception cref="OptionException">Something else.</exception>
    public static BenchProduct Parse(string? shape, string? layout)
    {
        Match match = Extents().Match(shape ?? "");
        int[] sizes = match.Success
            ? [.. match.Groups.Values.Skip(1).Select(part => int.TryParse(part.Value, CultureInfo.InvariantCulture, out int value) ? value : 0)]
            : [];
        if (sizes.Length != 3 || sizes.Contains(0)
            || (long)sizes[0] * sizes[1] > MostElements || (long)sizes[0] * sizes[2] > MostElements || (long)sizes[1] * sizes[2] > MostElements)
            throw new OptionException(
                $"--shape: expected MxNxK with extents of 1 or more and at most {MostElements} entries a matrix, such as 1024x768x3072, found \"{shape}\".");
        if (layout is not ("NN" or "NT" or "TN")) throw new OptionException($"--layout: expected NN, NT or TN, found \"{layout}\".");
        return new BenchProduct(sizes[0], sizes[1], sizes[2], layout);
    }

    /// <summary>Times it.</summary>
    public JsonObject Run(IBackend backend, int warmup, int repeat, int threads, CancellationToken cancellation)
    {
        bool transposeA = Layout[0] == 'T', transposeB = Layout[1] == 'T';
        using Tensor a = Random(backend, transposeA ? new Shape(K, M) : new Shape(M, K));
        using Tensor b = Random(backend, transposeB ? new Shape(N, K) : new Shape(K, N));
        using Tensor c = Random(backend, new Shape(M, N));
        double Seconds(int calls)
        {
            cancellation.ThrowIfCancellationRequested();
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < calls; i++) backend.MatMul(a, transposeA, b, transposeB, null, c, accumulate: false);
            backend.Synchronize();
            return Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
        }

        double one = Seconds(1);
        for (int i = 0; i < warmup; i++) one = Math.Min(one, Seconds(1));
        int inner = (int)Math.Clamp(LeastSeconds / Math.Max(one, 1e-9), 1, 1e6);
        var timing = new BenchTiming();
        for (int i = 0; i < repeat; i++) timing.Add(Seconds(inner), new BenchWork(2.0 * M * N * K, 0, 0));
        return timing.Report(backend, "gemm", threads, null, null, null);
    }

    private static Tensor Random(IBackend backend, Shape shape)
    {
        var random = new RandomStream(1, (ulong)shape.Count);
        var values = new float[shape.Count];
        for (int i = 0; i < values.Length; i++) values[i] = Philox.UniformOpen(random.NextUInt()) - 0.5f;
        return Tensor.From(backend, shape, values);
    }

    [GeneratedRegex("^([0-9]+)x([0-9]+)x([0-9]+)$")]
    private static partial Regex Extents();
}
