// Matrix products of the shapes of MiniLM (H = 384) and BERT-base (H = 768).
using BenchmarkDotNet.Attributes;
using Sprout.Tensors;
using Sprout.Tensors.Cpu;
using Sprout.Tensors.Ops;

namespace Sprout.Bench;

/// <summary>GFLOP/s = 2 · M · N · K / time; <see cref="MachinePeak"/> has the limit.</summary>
public class MatMulBench
{
    private IBackend backend = null!;
    private Tensor a = null!, b = null!, c = null!, bias = null!;
    private Mask mask = null!;

    /// <summary>M x N x K and the layout: N as it is, T transposed, for A and B.</summary>
    [Params(
        "416x384x384 NT", "416x1536x384 NT", "416x384x1536 NT", "2048x384x384 NT", "2048x1536x384 NT", "2048x384x1536 NT", "2048x384x1536 NN", "384x1536x2048 TN",
        "1024x768x768 NT", "1024x3072x768 NT", "1024x768x3072 NT", "1024x768x3072 NN", "768x3072x1024 TN", "32x2x384 NT", "2x30522x384 NT", "13x768x768 NT")]
    public string Case { get; set; } = "";

    [Params(1, 2)]
    public int Threads { get; set; }

    private bool TransposeA => Case[^2] == 'T';

    private bool TransposeB => Case[^1] == 'T';

    [GlobalSetup]
    public void Setup()
    {
        int[] sizes = [.. Case.Split(' ')[0].Split('x').Select(int.Parse)];
        (int m, int n, int k) = (sizes[0], sizes[1], sizes[2]);
        backend = CpuBackend.Open(Threads);
        a = Values(TransposeA ? new Shape(k, m) : new Shape(m, k));
        b = Values(TransposeB ? new Shape(n, k) : new Shape(k, n));
        c = Values(new Shape(m, n));
        bias = Values(new Shape(n));
        mask = Mask.OfBits(backend, b.Shape);
        var bytes = new byte[mask.Bits!.Length * sizeof(int)];
        new Random(1).NextBytes(bytes);
        backend.Upload(bytes, mask.Bits.Buffer, 0);
    }

    [GlobalCleanup]
    public void Cleanup() => backend.Dispose();

    [Benchmark(Baseline = true)]
    public void MatMul() => backend.MatMul(a, TransposeA, b, TransposeB, null, c, accumulate: false);

    [Benchmark]
    public void MatMulMasked() => backend.MatMul(a, TransposeA, b, TransposeB, mask, c, accumulate: false);

    /// <summary>Bias and GELU on top; only where the layout is that of a layer.</summary>
    [Benchmark]
    public void LinearGelu()
    {
        if (!TransposeA && TransposeB) backend.Linear<Gelu>(a, b, null, bias, null, c);
    }

    private Tensor Values(Shape shape)
    {
        var random = new Random(1);
        float[] values = [.. Enumerable.Range(0, checked((int)shape.Count)).Select(_ => random.NextSingle() - 0.5f)];
        return Tensor.From(backend, shape, values);
    }
}
