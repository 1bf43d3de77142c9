// Matrix products of the shapes of BERT-base (H = 768), MiniLM (H = 384) and BERT-tiny (H = 128).
using BenchmarkDotNet.Attributes;
using Sprout.Tensors;
using Sprout.Tensors.Ops;

namespace Sprout.Bench;

/// <summary>2 · M · N · K operations each.</summary>
public class MatMulBench : KernelBench
{
    private Tensor a = null!, b = null!, c = null!, bias = null!;
    private Mask mask = null!;
    private WeightLayout? packed;

    /// <summary>M x N x K and the layout: N as it is, T transposed, for A and B.</summary>
    [Params(
        "416x384x384 NT", "416x1536x384 NT", "416x384x1536 NT", "2048x384x384 NT", "2048x1536x384 NT", "2048x384x1536 NT", "2048x384x1536 NN",
        "384x1536x2048 TN", "1024x768x768 NT", "1024x3072x768 NT", "1024x768x3072 NT", "1024x768x3072 NN", "768x3072x1024 TN",
        "2048x128x128 NT", "2048x512x128 NT", "128x512x2048 TN", "32x2x384 NT", "2x30522x384 NT", "13x768x768 NT")]
    public string Case { get; set; } = "";

    private bool TransposeA => Case[^2] == 'T';

    private bool TransposeB => Case[^1] == 'T';

    public override Work WorkOf(string benchmark)
    {
        int[] sizes = Sizes(Case);
        return !IsLayer && benchmark is (nameof(LinearGelu) or nameof(PackedLinear)) ? Work.Flops(0) : Work.Flops(2.0 * sizes[0] * sizes[1] * sizes[2]);
    }

    [Benchmark(Baseline = true)]
    public void MatMul() => Backend.MatMul(a, TransposeA, b, TransposeB, null, c, accumulate: false);

    [Benchmark]
    public void MatMulMasked() => Backend.MatMul(a, TransposeA, b, TransposeB, mask, c, accumulate: false);

    /// <summary>Bias and GELU on top; does nothing where the layout is not that of a layer.</summary>
    [Benchmark]
    public void LinearGelu()
    {
        if (IsLayer) Backend.Linear<Gelu>(a, b, null, bias, null, c);
    }

    /// <summary>A layer's weight packed beforehand, as in evaluation; does nothing where the layout is not that of a layer.</summary>
    [Benchmark]
    public void PackedLinear()
    {
        if (packed is not null) Backend.PackedLinear<Identity>(a, packed, bias, c);
    }

    protected override void Prepare()
    {
        int[] sizes = Sizes(Case);
        (int m, int n, int k) = (sizes[0], sizes[1], sizes[2]);
        a = Random(TransposeA ? new Shape(k, m) : new Shape(m, k));
        b = Random(TransposeB ? new Shape(n, k) : new Shape(k, n));
        c = Random(new Shape(m, n));
        bias = Random(new Shape(n));
        mask = RandomMask(b.Shape);
        packed = IsLayer ? Backend.Pack(b, null) : null;
    }

    private bool IsLayer => !TransposeA && TransposeB;
}
