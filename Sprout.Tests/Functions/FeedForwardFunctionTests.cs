// The feed-forward block: both layers at once.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Autograd.Modules;
using Sprout.Tensors;
using Sprout.Tensors.Ops;
using Sprout.Tests.Conformance;

namespace Sprout.Tests.Functions;

public sealed class FeedForwardFunctionTests : FunctionTests
{
    internal override IEnumerable<FunctionCase> Cases =>
    [
        .. from size in new (int T, int K, int N, int L)[] { (1, 1, 1, 1), (3, 5, 7, 4), (0, 4, 3, 2), (2, 9, 17, 3) }
           from mask in Enum.GetValues<MaskKind>()
           select Of<Gelu>(new Shape(size.T, size.K), size.N, size.L, mask),
        Of<GeluTanh>(new Shape(3, 5), 7, 2, MaskKind.None),
        Of<Identity>(new Shape(2, 3, 5), 4, 3, MaskKind.Bits),
    ];

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Refuses((s, t) => Apply<Gelu>(t, s.Input(3, 5), s.Layer(4, 7), s.Layer(7, 2)), "Linear", "last dimension is 5", "[7, 4]");
        Refuses((s, t) => Apply<Gelu>(t, s.Input(3, 5), s.Layer(5, 7), s.Layer(6, 2)), "Linear", "last dimension is 7", "[2, 6]");
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void It_has_the_bits_of_two_linear_functions(string name)
    {
        using IBackend backend = TestBackends.Open(name);
        using var scene = new Scene(backend);
        Variable x = scene.Input(6, 5);
        Linear first = scene.Layer(5, 9), second = scene.Layer(9, 4);
        first.Factor.Mask = scene.RandomMask(MaskKind.Bits, first.Weight.Shape);
        float[][] Gradients(Func<Tape, Variable> apply)
        {
            foreach (Parameter parameter in first.Parameters().Concat(second.Parameters())) parameter.ZeroGrad();
            x.ReleaseGrad();
            using Tape tape = scene.Tape();
            Variable y = apply(tape);
            float[] value = y.Value.ToArray();
            tape.Backward(y, y.Value);
            return [value, x.Grad!.ToArray(), .. first.Parameters().Concat(second.Parameters()).Select(parameter => parameter.Grad!.ToArray())];
        }

        float[][] one = Gradients(tape => Apply<Gelu>(tape, x, first, second));
        float[][] two = Gradients(tape => second.Forward(tape, first.Forward<Gelu>(tape, x)));
        for (int i = 0; i < one.Length; i++) one[i].Should().Equal(two[i]);
    }

    private static FunctionCase Of<TActivation>(Shape shape, int inner, int outputs, MaskKind kind)
        where TActivation : struct, IPointwise => new($"{typeof(TActivation).Name} {shape} by {inner} to {outputs}, mask {kind}", scene =>
    {
        Variable x = scene.Input(shape);
        Linear first = scene.Layer(shape.Columns, inner), second = scene.Layer(inner, outputs);
        (first.Factor.Mask, second.Factor.Mask) = (scene.RandomMask(kind, first.Weight.Shape), scene.RandomMask(kind, second.Weight.Shape));
        // The gradient of a masked weight is not its derivative; it has a test of its own.
        if (kind != MaskKind.None)
        {
            scene.Freeze(first.Weight);
            scene.Freeze(second.Weight);
        }

        Func<double, double> f = OpFormulaTests.Formulas[typeof(TActivation)].Function;
        return Subject.Of(
            tape => Apply<TActivation>(tape, x, first, second),
            () => Product([.. Product(Plain.Read(x), first, scene.Backend).Select(f)], second, scene.Backend));
    });

    private static Variable Apply<TActivation>(Tape tape, Variable x, Linear first, Linear second) where TActivation : struct, IPointwise =>
        FeedForwardFunction<TActivation>.Apply(tape, x, first.Factor, first.Bias, second.Factor, second.Bias);

    private static double[] Product(double[] x, Linear layer, IBackend backend)
    {
        using Tensor masked = Tensor.Rent(backend, layer.Weight.Shape);
        if (layer.Factor.Mask is null) backend.Copy(layer.Weight.Value, masked);
        else backend.ApplyMask(layer.Weight.Value, layer.Factor.Mask, masked);
        double[] w = Plain.Read(masked), b = Plain.Read(layer.Bias);
        int n = layer.Weight.Shape[0], k = layer.Weight.Shape[1];
        return [.. Enumerable.Range(0, x.Length / k * n).Select(i => b[i % n] + Enumerable.Range(0, k).Sum(p => x[(i / n * k) + p] * w[(i % n * k) + p]))];
    }
}
