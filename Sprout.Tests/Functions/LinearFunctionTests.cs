// The linear layer: masks, fused activations, inputs of any rank.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Tensors;
using Sprout.Tensors.Ops;
using Sprout.Tests.Conformance;

namespace Sprout.Tests.Functions;

public sealed class LinearFunctionTests : FunctionTests
{
    internal override IEnumerable<FunctionCase> Cases =>
    [
        .. from size in new (int T, int K, int N)[] { (1, 1, 1), (3, 5, 7), (7, 9, 2), (0, 4, 3), (2, 17, 33) }
           from mask in Enum.GetValues<MaskKind>()
           select Of<Identity>(new Shape(size.T, size.K), size.N, mask),
        Of<Gelu>(new Shape(3, 5), 7, MaskKind.None),
        Of<Gelu>(new Shape(3, 5), 7, MaskKind.Bits),
        Of<GeluTanh>(new Shape(3, 5), 7, MaskKind.Gates),
        Of<Tanh>(new Shape(2, 3), 3, MaskKind.None),
        // Far from the kink, on both sides of it.
        Of<Relu>(new Shape(3, 5), 6, MaskKind.None, i => i % 2 == 0 ? 3 : -3),
        Of<Gelu>(new Shape(0, 5), 7, MaskKind.None),
        Of<Gelu>(new Shape(3, 5), 7, MaskKind.None, hasBias: false),
        Of<Identity>(new Shape(3, 5), 7, MaskKind.Bits, hasBias: false),
        Of<Gelu>(new Shape(5), 3, MaskKind.None),
        Of<Identity>(new Shape(2, 3, 5), 3, MaskKind.Bits),
    ];

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Refuses(
            (s, t) => LinearFunction<Identity>.Apply(t, s.Input(3, 5), new LinearWeight(s.Parameter("w", 7, 4)), null),
            "Linear", "last dimension is 5", "\"w\"", "[7, 4]");
        Refuses((s, t) => LinearFunction<Identity>.Apply(t, s.Input(3, 5), new LinearWeight(s.Parameter("w", 5)), null), "Linear", "\"w\"", "[5]");
        Refuses(
            (s, t) => LinearFunction<Identity>.Apply(t, s.Input(3, 5), new LinearWeight(s.Parameter("w", 7, 5)), s.Parameter("b", 5)),
            "Linear", "\"b\"", "[5]", "[7, 5]");
        Refuses(
            (s, t) => LinearFunction<Identity>.Apply(
                t, s.Input(3, 5), new LinearWeight(s.Parameter("w", 7, 5)) { Mask = s.RandomMask(MaskKind.Bits, new Shape(5, 7)) }, null),
            "Linear", "mask", "[5, 7]", "\"w\"", "[7, 5]");
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void The_gradient_of_a_masked_weight_is_that_of_the_product(string name)
    {
        using IBackend backend = TestBackends.Open(name);
        using var scene = new Scene(backend);
        Variable x = scene.Input(6, 5);
        Parameter masked = scene.Parameter("masked", 7, 5), product = scene.Parameter("product", 7, 5);
        Mask mask = scene.RandomMask(MaskKind.Gates, product.Shape)!;
        backend.ApplyMask(masked.Value, mask, product.Value);

        foreach ((Parameter weight, Mask? itsMask) in new[] { (masked, mask), (product, null) })
        {
            using Tape tape = scene.Tape();
            Variable y = LinearFunction<Gelu>.Apply(tape, x, new LinearWeight(weight) { Mask = itsMask }, null);
            tape.Backward(y, y.Value);
        }

        float[] expected = product.Grad!.ToArray(), found = masked.Grad!.ToArray();
        for (int i = 0; i < expected.Length; i++) found[i].Should().BeApproximately(expected[i], 1e-5f);
    }

    private static FunctionCase Of<TActivation>(Shape shape, int n, MaskKind kind, Func<int, float>? biases = null, bool hasBias = true)
        where TActivation : struct, IPointwise => new($"{typeof(TActivation).Name} {shape} to {n}, mask {kind}{(hasBias ? "" : ", no bias")}", scene =>
    {
        Variable x = scene.Input(shape);
        Parameter w = scene.Parameter("weight", n, shape.Columns);
        Parameter? b = hasBias ? scene.Parameter("bias", new Shape(n), biases ?? (_ => scene.Draw())) : null;
        Mask? mask = scene.RandomMask(kind, w.Shape);
        // The gradient of a masked weight is not its derivative; it has a test of its own.
        if (mask is not null) scene.Freeze(w);
        return Subject.Of(
            tape => LinearFunction<TActivation>.Apply(tape, x, new LinearWeight(w) { Mask = mask }, b),
            () => Expected(
                scene.Backend, Plain.Read(x), w, b is null ? new double[n] : Plain.Read(b), mask, OpFormulaTests.Formulas[typeof(TActivation)].Function));
    });

    private static double[] Expected(IBackend backend, double[] x, Parameter w, double[] b, Mask? mask, Func<double, double> f)
    {
        using Tensor product = Tensor.Rent(backend, w.Shape);
        if (mask is null) backend.Copy(w.Value, product);
        else backend.ApplyMask(w.Value, mask, product);
        double[] weights = Plain.Read(product);
        int n = w.Shape[0], k = w.Shape[1];
        var y = new double[x.Length / k * n];
        for (int i = 0; i < y.Length; i++)
        {
            double sum = b[i % n];
            for (int p = 0; p < k; p++) sum += x[(i / n * k) + p] * weights[(i % n * k) + p];
            y[i] = f(sum);
        }

        return y;
    }
}
