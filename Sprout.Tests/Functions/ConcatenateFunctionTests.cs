// Matrices below each other.
using Sprout.Autograd;
using Sprout.Autograd.Functions;

namespace Sprout.Tests.Functions;

public sealed class ConcatenateFunctionTests : FunctionTests
{
    internal override IEnumerable<FunctionCase> Cases => [Of(5, 2, 3), Of(1, 1), Of(33, 4, 0, 1), Of(7, 3, 3, 3), Same];

    private static FunctionCase Same => new("one matrix twice", scene =>
    {
        Variable x = scene.Input(2, 5);
        return Subject.Of(tape => ConcatenateFunction.Apply(tape, x, x), () => [.. Plain.Read(x), .. Plain.Read(x)]);
    });

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Refuses((s, t) => ConcatenateFunction.Apply(t, s.Input(2, 3), s.Input(2, 4)), "Concatenate", "one width", "[2, 3], [2, 4]");
        Refuses((_, t) => ConcatenateFunction.Apply(t), "Concatenate", "none");
    }

    private static FunctionCase Of(int columns, params int[] rows) => new($"{string.Join(", ", rows)} rows of {columns}", scene =>
    {
        Variable[] parts = [.. rows.Select(count => scene.Input(count, columns))];
        return Subject.Of(tape => ConcatenateFunction.Apply(tape, parts), () => [.. parts.SelectMany(Plain.Read)]);
    });
}
