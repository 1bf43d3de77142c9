// The optimiser's update, dense and of a masked weight with its scores.
using BenchmarkDotNet.Attributes;
using Sprout.Tensors;

namespace Sprout.Bench;

/// <summary>Reads gradient, weight and two moments and writes three of them; with scores, six arrays more.</summary>
public class AdamWBench : KernelBench
{
    private static readonly AdamWStep Step = new(1e-9f, 0.9f, 0.999f, 1e-8f, 0.01f, 1f, 10);

    private Tensor gradient = null!, w = null!, m = null!, v = null!, scores = null!, scoreM = null!, scoreV = null!;
    private Mask mask = null!;

    [Params("384x1536", "3072x768", "30522x768")]
    public string Case { get; set; } = "";

    public override Work WorkOf(string benchmark) => Work.Floats((benchmark == nameof(MaskedAdamW) ? 13.0 : 7.0) * Sizes(Case)[0] * Sizes(Case)[1]);

    [Benchmark(Baseline = true)]
    public void AdamW() => Backend.AdamW(gradient, Step, w, m, v);

    [Benchmark]
    public void MaskedAdamW() => Backend.MaskedAdamW(gradient, mask, null, Step, w, m, v, Step, scores, scoreM, scoreV);

    protected override void Prepare()
    {
        var shape = new Shape(Sizes(Case)[0], Sizes(Case)[1]);
        (gradient, w, scores) = (Random(shape), Random(shape), Random(shape));
        (m, v, scoreM, scoreV) = (Tensor.Zeros(Backend, shape), Tensor.Zeros(Backend, shape), Tensor.Zeros(Backend, shape), Tensor.Zeros(Backend, shape));
        mask = RandomMask(shape);
    }
}
