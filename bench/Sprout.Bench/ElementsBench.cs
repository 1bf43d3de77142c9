// Element by element: GELU and its derivative, dropout, sums.
using BenchmarkDotNet.Attributes;
using Sprout.Tensors;
using Sprout.Tensors.Ops;

namespace Sprout.Bench;

/// <summary>On the inner activations of a batch of MiniLM and BERT-base, and on what no cache holds.</summary>
public class ElementsBench : KernelBench
{
    private Tensor x = null!, y = null!, gradient = null!, product = null!, result = null!;

    [Params("2048x1536", "1024x3072", "8192x3072")]
    public string Case { get; set; } = "";

    public override Work WorkOf(string benchmark)
    {
        int[] sizes = Sizes(Case);
        double arrays = benchmark switch { nameof(SumOfSquares) => 1, nameof(GeluBackward) => 4, nameof(AddScaled) => 3, _ => 2 };
        return Work.Floats(arrays * sizes[0] * sizes[1]);
    }

    [Benchmark(Baseline = true)]
    public void Copy() => Backend.Copy(x, y);

    [Benchmark]
    public void GeluForward() => Backend.Map<Gelu>(x, y);

    [Benchmark]
    public void GeluBackward() => Backend.MapBackward<Gelu>(x, y, gradient, product, accumulate: false);

    [Benchmark]
    public void TanhForward() => Backend.Map<Tanh>(x, y);

    [Benchmark]
    public void Dropout() => Backend.ApplyDropout(x, Dropped, y);

    [Benchmark]
    public void AddScaled() => Backend.AddScaled(x, 1e-9f, y);

    [Benchmark]
    public void SumOfSquares() => Backend.SumOfSquares(x, result, 0);

    protected override void Prepare()
    {
        int[] sizes = Sizes(Case);
        var shape = new Shape(sizes[0], sizes[1]);
        (x, y, gradient, product, result) = (Random(shape), Random(shape), Random(shape), Random(shape), Tensor.Zeros(Backend, new Shape(1)));
    }
}
