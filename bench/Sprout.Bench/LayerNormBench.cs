// Residual, dropout and layer norm in one pass, forward and backward.
using BenchmarkDotNet.Attributes;
using Sprout.Tensors;

namespace Sprout.Bench;

/// <summary>Forward reads x and the residual and writes s and y; backward reads s and dy and writes dx and dResidual.</summary>
public class LayerNormBench : KernelBench
{
    private Tensor x = null!, residual = null!, s = null!, y = null!, mean = null!, rstd = null!, gamma = null!, beta = null!, dx = null!, dgamma = null!;
    private Tensor dbeta = null!;

    [Params("2048x128", "2048x384", "1024x768", "16384x768")]
    public string Case { get; set; } = "";

    public override Work WorkOf(string benchmark) => Work.Floats(4.0 * Sizes(Case)[0] * Sizes(Case)[1]);

    [Benchmark]
    public void Forward() => Backend.LayerNormForward(x, residual, Dropped, gamma, beta, 1e-12f, s, mean, rstd, y);

    [Benchmark]
    public void Backward() => Backend.LayerNormBackward(s, mean, rstd, gamma, y, Dropped, dx, residual, accumulateResidual: false, dgamma, dbeta);

    protected override void Prepare()
    {
        int rows = Sizes(Case)[0], columns = Sizes(Case)[1];
        var shape = new Shape(rows, columns);
        (x, residual, s, y, dx) = (Random(shape), Random(shape), Random(shape), Random(shape), Random(shape));
        (gamma, beta, dgamma, dbeta) = (Random(new Shape(columns)), Random(new Shape(columns)), Random(new Shape(columns)), Random(new Shape(columns)));
        (mean, rstd) = (Random(new Shape(rows)), Random(new Shape(rows)));
        Forward();
    }
}
