// Softmax of rows.
using Sprout.Autograd;
using Sprout.Autograd.Functions;

namespace Sprout.Tests.Functions;

public sealed class SoftmaxFunctionTests : FunctionTests
{
    internal override IEnumerable<FunctionCase> Cases => [Of(1, 1), Of(1, 9), Of(3, 5), Of(5, 33), Of(0, 4), Of(2, 0)];

    [Fact]
    public void Wrong_arguments_are_refused() => Refuses((s, t) => SoftmaxFunction.Apply(t, s.Input(5)), "Softmax", "matrix", "[5]");

    private static FunctionCase Of(int rows, int columns) => new($"[{rows}, {columns}]", scene =>
    {
        Variable x = scene.Input(rows, columns);
        return Subject.Of(
            tape => SoftmaxFunction.Apply(tape, x),
            () => [.. Plain.Read(x).Chunk(Math.Max(columns, 1)).SelectMany(Plain.LogSoftmax).Select(Math.Exp)]);
    });
}
