// Cases of the tables' rows.
using Sprout.Tensors;

namespace Sprout.Tests.Conformance.Cases;

internal static class GatherCases
{
    public static IEnumerable<KernelCase> All => KernelMenu.Matrices.SelectMany(OfShape);

    private static IEnumerable<KernelCase> OfShape((int Rows, int Columns) shape)
    {
        (int tokens, int width) = shape;
        // Three rows of the table make many tokens meet in one row.
        foreach (int table in new[] { 3, 50 })
        {
            // A copy, or one addition: exact.
            foreach (bool accumulate in new[] { false, true })
            {
                yield return new(nameof(IBackend.Gather), $"[{table}, {width}] → [{tokens}, {width}] accumulate {accumulate}", run => run.Backend.Gather(
                    run.Source(table, width), run.Indices(tokens, table),
                    run.Destination("y", Tolerance.Exact, new Shape(tokens, width), accumulate), accumulate));
            }

            yield return new(nameof(IBackend.ScatterAdd), $"[{tokens}, {width}] → [{table}, {width}]", run => run.Backend.ScatterAdd(
                run.Source(tokens, width), run.Indices(tokens, table), run.Sum("dtable", Tolerance.Sum(tokens), table, width)));
        }
    }
}
