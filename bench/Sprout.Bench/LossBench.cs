// Losses with softmax and gradient in one pass.
using BenchmarkDotNet.Attributes;
using Sprout.Tensors;

namespace Sprout.Bench;

/// <summary>Class logits, span logits, logits over a vocabulary: segments x width. The gradient is added to: read and written.</summary>
public class LossBench : KernelBench
{
    private Tensor logits = null!, teacher = null!, gradient = null!, loss = null!;
    private IntTensor offsets = null!, targets = null!;

    [Params("32x2", "32x384", "256x30522")]
    public string Case { get; set; } = "";

    public override Work WorkOf(string benchmark) => Work.Floats((benchmark == nameof(CrossEntropy) ? 3.0 : 4.0) * Sizes(Case)[0] * Sizes(Case)[1]);

    [Benchmark]
    public void CrossEntropy() => Backend.CrossEntropy(logits, offsets, targets, 1e-9f, loss, gradient);

    [Benchmark]
    public void SoftCrossEntropy() => Backend.SoftCrossEntropy(logits, teacher, offsets, 1e-9f, loss, gradient);

    [Benchmark]
    public void BinaryCrossEntropy() => Backend.BinaryCrossEntropy(logits, teacher, 1e-9f, loss, gradient);

    [Benchmark]
    public void Distillation() => Backend.Distillation(logits, teacher, offsets, 2f, 1e-9f, loss, gradient);

    [Benchmark]
    public void SquaredError() => Backend.SquaredError(logits, teacher, 1e-9f, loss, gradient);

    protected override void Prepare()
    {
        int segments = Sizes(Case)[0], width = Sizes(Case)[1];
        var shape = new Shape(segments * width);
        (logits, teacher, gradient, loss) = (Random(shape), Random(shape), Random(shape), Tensor.Zeros(Backend, new Shape(1)));
        offsets = Offsets(segments, width);
        targets = RandomInts(segments, width);
    }
}
