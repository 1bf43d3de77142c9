// Rows by index.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Tensors;

namespace Sprout.Tests.Functions;

public sealed class GatherFunctionTests : FunctionTests
{
    internal override IEnumerable<FunctionCase> Cases => [Of(5, 3, [4, 0, 4]), Of(1, 1, [0]), Of(3, 9, []), Of(0, 9, []), Of(2, 33, [1, 1, 1, 0, 1])];

    [Fact]
    public void Wrong_arguments_are_refused() => Refuses((s, t) => GatherFunction.Apply(t, s.Input(5), s.Integers(0)), "Gather", "matrix", "[5]");

    private static FunctionCase Of(int height, int columns, int[] rows) => new($"{rows.Length} of {height} rows of {columns}", scene =>
    {
        Variable x = scene.Input(height, columns);
        IntTensor indices = scene.Integers(rows);
        return Subject.Of(
            tape => GatherFunction.Apply(tape, x, indices),
            () => [.. rows.SelectMany(row => Plain.Read(x)[(row * columns)..((row + 1) * columns)])]);
    });
}
