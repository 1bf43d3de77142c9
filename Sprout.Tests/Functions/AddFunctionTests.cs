// Sums.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Tensors;

namespace Sprout.Tests.Functions;

public sealed class AddFunctionTests : FunctionTests
{
    internal override IEnumerable<FunctionCase> Cases => [Of(1), Of(0, 3), Of(5, 33), Of(2, 3, 5), Twice];

    private static FunctionCase Twice => new("x + x", scene =>
    {
        Variable x = scene.Input(3, 7);
        return Subject.Of(tape => AddFunction.Apply(tape, x, x), () => [.. Plain.Read(x).Select(value => 2 * value)]);
    });

    [Fact]
    public void Wrong_arguments_are_refused() => Refuses((s, t) => AddFunction.Apply(t, s.Input(2, 3), s.Input(2, 1)), "Add", "[2, 3]", "[2, 1]");

    private static FunctionCase Of(params int[] extents) => new(new Shape(extents).ToString(), scene =>
    {
        Variable a = scene.Input(extents), b = scene.Input(extents);
        return Subject.Of(tape => AddFunction.Apply(tape, a, b), () => [.. Plain.Read(a).Zip(Plain.Read(b), (x, y) => x + y)]);
    });
}
