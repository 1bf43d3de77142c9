// Residual, dropout and layer norm in one.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Tensors;

namespace Sprout.Tests.Functions;

public sealed class LayerNormFunctionTests : FunctionTests
{
    private const float Epsilon = 1e-5f;

    internal override IEnumerable<FunctionCase> Cases =>
    [
        .. from size in new (int T, int H)[] { (0, 5), (1, 3), (4, 7), (3, 9), (2, 33) }
           from residual in new[] { false, true }
           from dropout in new[] { 0f, 0.3f }
           select Of(size.T, size.H, residual, dropout),
        new FunctionCase("[3, 5] that is its own residual", scene =>
        {
            Variable x = scene.Input(3, 5);
            return Make(scene, x, x, 0f);
        }),
        new FunctionCase("[3, 5] that is its own residual, dropout 0.5", scene =>
        {
            Variable x = scene.Input(3, 5);
            return Make(scene, x, x, 0.5f);
        }, HasDropout: true),
    ];

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Refuses(
            (s, t) => LayerNormFunction.Apply(t, s.Input(2, 5), s.Input(1, 5), 0f, s.Parameter("g", 5), s.Parameter("b", 5), Epsilon),
            "LayerNorm", "residual", "[2, 5]", "[1, 5]");
        Refuses(
            (s, t) => LayerNormFunction.Apply(t, s.Input(2, 5), null, 0f, s.Parameter("g", 4), s.Parameter("b", 5), Epsilon),
            "LayerNorm", "\"g\"", "[4]", "dimension is 5");
        Refuses(
            (s, t) => LayerNormFunction.Apply(t, s.Input(2, 5), null, 0f, s.Parameter("g", 5), s.Parameter("b", 6), Epsilon),
            "LayerNorm", "[6]", "dimension is 5");
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void A_row_of_equal_elements_becomes_the_bias(string name)
    {
        using IBackend backend = TestBackends.Open(name);
        using var scene = new Scene(backend);
        Variable x = scene.Input(new Shape(2, 8), _ => 3f);
        Parameter gamma = scene.Parameter("gamma", 8), beta = scene.Parameter("beta", 8);
        using Tape tape = scene.Tape();
        Variable y = LayerNormFunction.Apply(tape, x, null, 0f, gamma, beta, 1e-12f);
        y.Value.ToArray()[8..].Should().Equal(beta.Value.ToArray());
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Overwriting_the_input_changes_nothing_but_the_memory(string name)
    {
        using IBackend backend = TestBackends.Open(name);
        using var scene = new Scene(backend);
        Variable input = scene.Input(6, 40);
        Parameter gamma = scene.Parameter("gamma", 40), beta = scene.Parameter("beta", 40);
        (float[] Value, float[] Gradient, long Live) Run(bool overwrite)
        {
            input.ReleaseGrad();
            long before = backend.LiveBytes;
            using Tape tape = scene.Tape();
            Variable x = PointwiseFunction<Sprout.Tensors.Ops.Sigmoid>.Apply(tape, input);
            Variable sum = DropoutFunction.Apply(tape, x, 0.2f);
            Variable y = LayerNormFunction.Apply(tape, sum, x, 0.1f, gamma, beta, Epsilon, overwrite);
            (float[] value, long live) = (y.Value.ToArray(), backend.LiveBytes - before);
            tape.Backward(y, y.Value);
            return (value, input.Grad!.ToArray(), live);
        }

        (float[] Value, float[] Gradient, long Live) kept = Run(false), overwritten = Run(true);
        overwritten.Value.Should().Equal(kept.Value);
        overwritten.Gradient.Should().Equal(kept.Gradient);
        overwritten.Live.Should().BeLessThan(kept.Live);
    }

    private static FunctionCase Of(int rows, int columns, bool hasResidual, float dropout) =>
        new(
            $"[{rows}, {columns}]{(hasResidual ? " with residual" : "")}, dropout {dropout}",
            scene => Make(scene, Wide(scene, rows, columns), hasResidual ? Wide(scene, rows, columns) : null, dropout),
            dropout > 0);

    // Rows of small variance bend too much for differences.
    private static Variable Wide(Scene scene, int rows, int columns) => scene.Input(new Shape(rows, columns), _ => 4 * scene.Draw());

    private static Subject Make(Scene scene, Variable x, Variable? residual, float dropout)
    {
        int columns = x.Shape.Columns;
        Parameter gamma = scene.Parameter("gamma", columns), beta = scene.Parameter("beta", columns);
        return Subject.Of(
            tape => LayerNormFunction.Apply(tape, x, residual, dropout, gamma, beta, Epsilon),
            () => [.. Sum(x, residual, dropout).Chunk(columns).SelectMany(row => Normal(row, Plain.Read(gamma), Plain.Read(beta)))]);
    }

    private static double[] Sum(Variable x, Variable? residual, float dropout)
    {
        double[] sum = [.. Plain.Read(x).Select((value, i) => dropout > 0 ? value * Plain.Keep(dropout, stream: 0, i) : value)];
        return residual is null ? sum : [.. sum.Zip(Plain.Read(residual), (a, b) => a + b)];
    }

    private static IEnumerable<double> Normal(double[] row, double[] gamma, double[] beta)
    {
        double mean = row.Average(), variance = row.Average(value => (value - mean) * (value - mean));
        return row.Select((value, j) => ((value - mean) / Math.Sqrt(variance + Epsilon) * gamma[j]) + beta[j]);
    }
}
