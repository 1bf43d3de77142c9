// Selection of the largest scores, spreading of block masks.
using BenchmarkDotNet.Attributes;
using Sprout.Tensors;

namespace Sprout.Bench;

/// <summary>One matrix's scores at 10 %. The least work is one pass over the scores.</summary>
public class TopVBench : KernelBench
{
    private Tensor scores = null!;
    private Mask mask = null!;

    [Params("128x128", "384x384", "768x768", "3072x768")]
    public string Case { get; set; } = "";

    public override Work WorkOf(string benchmark) => Work.Floats((benchmark == nameof(ApplyMask) ? 2.0 : 1.0) * Sizes(Case)[0] * Sizes(Case)[1]);

    [Benchmark]
    public void TopV() => Backend.TopV([scores], scores.Count / 10, [mask.Bits!]);

    [Benchmark]
    public void Threshold() => Backend.Threshold(scores, 0.4f, scores.Count / 200, mask.Bits!);

    [Benchmark]
    public void ApplyMask() => Backend.ApplyMask(scores, mask, scores);

    protected override void Prepare()
    {
        var shape = new Shape(Sizes(Case)[0], Sizes(Case)[1]);
        scores = Random(shape);
        mask = RandomMask(shape);
    }
}
