// Means of rows.
using Sprout.Autograd;
using Sprout.Autograd.Functions;

namespace Sprout.Tests.Functions;

public sealed class MeanFunctionTests : FunctionTests
{
    internal override IEnumerable<FunctionCase> Cases => [Of(1, 1), Of(1, 9), Of(3, 5), Of(17, 33), Of(2, 0)];

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Refuses((s, t) => MeanFunction.Apply(t, s.Input(5)), "Mean", "matrix", "[5]");
        Refuses((s, t) => MeanFunction.Apply(t, s.Input(0, 5)), "Mean", "at least one row", "[0, 5]");
    }

    private static FunctionCase Of(int rows, int columns) => new($"[{rows}, {columns}]", scene =>
    {
        Variable x = scene.Input(rows, columns);
        return Subject.Of(tape => MeanFunction.Apply(tape, x), () =>
        {
            double[] values = Plain.Read(x);
            return [.. Enumerable.Range(0, columns).Select(j => Enumerable.Range(0, rows).Average(i => values[(i * columns) + j]))];
        });
    });
}
