// Selection of the largest scores, spreading of block masks.
using BenchmarkDotNet.Attributes;
using Sprout.Tensors;

namespace Sprout.Bench;

/// <summary>One matrix's scores at 10 %, which change a little between selections, as in training. The least work is one pass over the scores.</summary>
public class TopVBench : KernelBench
{
    private Tensor scores = null!, step = null!;
    private float sign = 1e-3f;
    private Mask mask = null!;

    [Params("128x128", "384x384", "768x768", "3072x768")]
    public string Case { get; set; } = "";

    public override Work WorkOf(string benchmark) => Work.Floats(Arrays(benchmark) * Sizes(Case)[0] * Sizes(Case)[1]);

    [Benchmark]
    public void StepThenTopV()
    {
        Step();
        Backend.TopV([scores], scores.Count / 10, [mask.Bits!]);
    }

    [Benchmark]
    public void Step() => Backend.AddScaled(step, sign = -sign, scores);

    [Benchmark]
    public void Threshold() => Backend.Threshold(scores, 0.4f, scores.Count / 200, mask.Bits!);

    [Benchmark]
    public void ApplyMask() => Backend.ApplyMask(scores, mask, scores);

    protected override void Prepare()
    {
        var shape = new Shape(Sizes(Case)[0], Sizes(Case)[1]);
        (scores, step) = (Random(shape), Random(shape, seed: 2));
        mask = RandomMask(shape);
    }

    private static double Arrays(string benchmark) => benchmark switch { nameof(ApplyMask) => 2, nameof(Step) => 3, nameof(StepThenTopV) => 4, _ => 1 };
}
