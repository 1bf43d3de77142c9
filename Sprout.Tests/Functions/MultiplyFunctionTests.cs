// Products of elements.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Tensors;

namespace Sprout.Tests.Functions;

public sealed class MultiplyFunctionTests : FunctionTests
{
    internal override IEnumerable<FunctionCase> Cases => [Of(1), Of(0, 3), Of(5, 33), Of(2, 3, 5), Square];

    private static FunctionCase Square => new("x ⊙ x", scene =>
    {
        Variable x = scene.Input(3, 7);
        return Subject.Of(tape => MultiplyFunction.Apply(tape, x, x), () => [.. Plain.Read(x).Select(value => value * value)]);
    });

    [Fact]
    public void Wrong_arguments_are_refused() => Refuses((s, t) => MultiplyFunction.Apply(t, s.Input(2, 3), s.Input(3, 2)), "Multiply", "[2, 3]", "[3, 2]");

    private static FunctionCase Of(params int[] extents) => new(new Shape(extents).ToString(), scene =>
    {
        Variable a = scene.Input(extents), b = scene.Input(extents);
        return Subject.Of(tape => MultiplyFunction.Apply(tape, a, b), () => [.. Plain.Read(a).Zip(Plain.Read(b), (x, y) => x * y)]);
    });
}
