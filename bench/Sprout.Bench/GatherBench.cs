// Embedding look-up, its gradient, transposition.
using BenchmarkDotNet.Attributes;
using Sprout.Tensors;

namespace Sprout.Bench;

/// <summary>2,048 tokens of a vocabulary of 30,522. ScatterAdd reads and writes the table's rows.</summary>
public class GatherBench : KernelBench
{
    private const int Tokens = 2048, Vocabulary = 30522;

    private Tensor table = null!, y = null!, transposed = null!;
    private IntTensor rows = null!;

    [Params(128, 384, 768)]
    public int Hidden { get; set; }

    public override Work WorkOf(string benchmark) => Work.Floats((benchmark == nameof(ScatterAdd) ? 3.0 : 2.0) * Tokens * Hidden);

    [Benchmark]
    public void Gather() => Backend.Gather(table, rows, y, accumulate: false);

    [Benchmark]
    public void ScatterAdd() => Backend.ScatterAdd(y, rows, table);

    [Benchmark]
    public void Transpose() => Backend.Transpose(y, transposed);

    protected override void Prepare()
    {
        table = Random(new Shape(Vocabulary, Hidden));
        y = Random(new Shape(Tokens, Hidden));
        transposed = Random(new Shape(Hidden, Tokens));
        rows = RandomInts(Tokens, Vocabulary);
    }
}
