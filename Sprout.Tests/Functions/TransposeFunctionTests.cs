// Transposition.
using Sprout.Autograd;
using Sprout.Autograd.Functions;

namespace Sprout.Tests.Functions;

public sealed class TransposeFunctionTests : FunctionTests
{
    internal override IEnumerable<FunctionCase> Cases => [Of(1, 1), Of(3, 5), Of(7, 1), Of(1, 9), Of(0, 2), Of(17, 2)];

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Refuses((s, t) => TransposeFunction.Apply(t, s.Input(5)), "Transpose", "matrix", "[5]");
        Refuses((s, t) => TransposeFunction.Apply(t, s.Input(1, 2, 3)), "Transpose", "matrix", "[1, 2, 3]");
    }

    private static FunctionCase Of(int rows, int columns) => new($"[{rows}, {columns}]", scene =>
    {
        Variable x = scene.Input(rows, columns);
        return Subject.Of(tape => TransposeFunction.Apply(tape, x), () =>
        {
            double[] values = Plain.Read(x);
            return [.. Enumerable.Range(0, values.Length).Select(i => values[(i % rows * columns) + (i / rows)])];
        });
    });
}
