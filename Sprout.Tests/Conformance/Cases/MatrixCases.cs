// Cases of what is done to a whole matrix.
using Sprout.Tensors;

namespace Sprout.Tests.Conformance.Cases;

internal static class MatrixCases
{
    public static IEnumerable<KernelCase> All => [.. KernelMenu.Matrices.Select(ColumnSum), .. KernelMenu.Matrices.Select(Transpose)];

    private static KernelCase ColumnSum((int Rows, int Columns) shape) => new(nameof(IBackend.ColumnSum), $"[{shape.Rows}, {shape.Columns}]", run =>
        run.Backend.ColumnSum(run.Source(shape.Rows, shape.Columns), run.Sum("y", Tolerance.Sum(shape.Rows), shape.Columns)));

    private static KernelCase Transpose((int Rows, int Columns) shape) => new(nameof(IBackend.Transpose), $"[{shape.Rows}, {shape.Columns}]", run =>
        run.Backend.Transpose(run.Source(shape.Rows, shape.Columns), run.Destination("y", Tolerance.Exact, shape.Columns, shape.Rows)));
}
