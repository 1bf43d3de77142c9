// The sum of embedding tables.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Tensors;

namespace Sprout.Tests.Functions;

public sealed class EmbeddingFunctionTests : FunctionTests
{
    internal override IEnumerable<FunctionCase> Cases =>
    [
        Of(3, [5, 2, 2], [[4, 0, 4, 4], [0, 1, 0, 1], [1, 1, 1, 1]]),
        Of(9, [3], [[2, 1, 0, 1, 2, 2, 2]]),
        Of(1, [1, 1], [[0], [0]]),
        Of(4, [3, 2], [[], []]),
        new("one table twice", scene =>
        {
            Parameter table = scene.Parameter("table", 4, 3);
            int[] first = [3, 1, 1], second = [1, 1, 0];
            IntTensor rows = scene.Integers(first), others = scene.Integers(second);
            return Subject.Of(
                tape => EmbeddingFunction.Apply(tape, (table, rows), (table, others)),
                () => Expected(3, [(Plain.Read(table), first), (Plain.Read(table), second)]));
        }),
    ];

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Refuses(
            (s, t) => EmbeddingFunction.Apply(t, (s.Parameter("a", 4, 3), s.Integers(1, 2)), (s.Parameter("b", 4, 2), s.Integers(1, 2))),
            "Embedding", "\"b\"", "[4, 2]", "3 columns");
        Refuses(
            (s, t) => EmbeddingFunction.Apply(t, (s.Parameter("a", 4, 3), s.Integers(1, 2)), (s.Parameter("b", 4, 3), s.Integers(1))),
            "Embedding", "\"b\"", "1 tokens", "2 tokens");
        Refuses((s, t) => EmbeddingFunction.Apply(t, (s.Parameter("a", 3), s.Integers(0))), "Embedding", "\"a\"", "[3]", "matrix");
    }

    private static FunctionCase Of(int columns, int[] heights, int[][] rows) => new($"{heights.Length} tables, {rows[0].Length} tokens", scene =>
    {
        Parameter[] tables = [.. heights.Select((height, i) => scene.Parameter($"table{i}", height, columns))];
        (Parameter, IntTensor)[] parts = [.. tables.Zip(rows, (table, indices) => (table, scene.Integers(indices)))];
        return Subject.Of(
            tape => EmbeddingFunction.Apply(tape, parts),
            () => Expected(columns, [.. tables.Zip(rows, (table, indices) => (Plain.Read(table), indices))]));
    });

    private static double[] Expected(int columns, (double[] Table, int[] Rows)[] parts) =>
        [.. Enumerable.Range(0, parts[0].Rows.Length * columns).Select(i => parts.Sum(part => part.Table[(part.Rows[i / columns] * columns) + (i % columns)]))];
}
