// Attention of MiniLM (12 heads of 32) and BERT-base (12 heads of 64) at several lengths, 2,048 tokens in all.
using BenchmarkDotNet.Attributes;
using Sprout.Tensors;

namespace Sprout.Bench;

/// <summary>Forward: two products of 2 · length² · hidden a sequence. Backward: five, one of which makes the probabilities again.</summary>
public class AttentionBench : KernelBench
{
    private const int Tokens = 2048, Heads = 12;

    private Tensor q = null!, k = null!, v = null!, context = null!, logSumExp = null!, dcontext = null!, dq = null!, dk = null!, dv = null!;
    private IntTensor offsets = null!;

    [Params(16, 64, 128, 512)]
    public int Length { get; set; }

    [Params(384, 768)]
    public int Hidden { get; set; }

    public override Work WorkOf(string benchmark) => Work.Flops((benchmark == nameof(Backward) ? 10.0 : 4.0) * Tokens * Length * Hidden);

    [Benchmark]
    public void Forward() => Backend.AttentionForward(q, k, v, offsets, offsets, Heads, Dropped, logSumExp, context);

    [Benchmark]
    public void Backward() => Backend.AttentionBackward(q, k, v, context, logSumExp, dcontext, offsets, offsets, Heads, Dropped, dq, dk, dv);

    protected override void Prepare()
    {
        var shape = new Shape(Tokens, Hidden);
        (q, k, v, context, dcontext) = (Random(shape), Random(shape), Random(shape), Random(shape), Random(shape));
        (dq, dk, dv) = (Random(shape), Random(shape), Random(shape));
        logSumExp = Random(new Shape(Tokens, Heads));
        offsets = Offsets(Tokens / Length, Length);
        Forward();
    }
}
