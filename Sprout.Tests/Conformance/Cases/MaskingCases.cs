// Cases of masks and blocks.
using Sprout.Tensors;

namespace Sprout.Tests.Conformance.Cases;

internal static class MaskingCases
{
    private static readonly (int Rows, int Columns, int BlockRows, int BlockColumns)[] Blocks =
    [
        (0, 8, 1, 1), (1, 1, 1, 1), (5, 7, 1, 1), (6, 9, 2, 3), (5, 33, 1, 33), (127, 3, 127, 1), (31, 8, 31, 8), (64, 96, 32, 32),
        (300, 200, 300, 1), (256, 512, 4, 64), (10, 1200, 5, 600), (4, 1000, 2, 1),
    ];

    public static IEnumerable<KernelCase> All =>
    [
        .. Blocks.SelectMany(OfBlocks),
        .. KernelMenu.Matrices.SelectMany(OfMatrix),
        .. KernelMenu.Lengths.Select(CountBits),
    ];

    private static KernelCase CountBits(int n) => new(nameof(IBackend.CountBits), $"{n} bits", run =>
        run.Returned("count", run.Backend.CountBits(run.Words(Mask.WordsOf(n) + 1), n)));

    private static IEnumerable<KernelCase> OfBlocks((int Rows, int Columns, int BlockRows, int BlockColumns) shape)
    {
        (int rows, int columns, int blockRows, int blockColumns) = shape;
        int down = rows / blockRows, across = columns / blockColumns;
        string label = $"[{rows}, {columns}] in blocks of {blockRows} × {blockColumns}";
        Tolerance sum = Tolerance.Sum(blockRows * blockColumns);

        yield return new(nameof(IBackend.ExpandBits), label, run => run.Backend.ExpandBits(
            run.Words(Mask.WordsOf(down * across)), new Shape(rows, columns), blockRows, blockColumns, run.BitDestination("bits", rows * columns)));
        yield return new(nameof(IBackend.ExpandBlocks), label, run => run.Backend.ExpandBlocks(
            run.Source(down, across), blockRows, blockColumns, run.Destination("y", Tolerance.Exact, rows, columns)));
        yield return new(nameof(IBackend.BlockSum), $"{label}, products", run => run.Backend.BlockSum(
            run.Source(rows, columns), run.Source(rows, columns), blockRows, blockColumns, run.Destination("blocks", sum, down, across)));
        // All terms are positive: the partial sums, and so the error, are larger than those of a random walk.
        yield return new(nameof(IBackend.BlockSum), $"{label}, magnitudes", run => run.Backend.BlockSum(
            run.Source(rows, columns), null, blockRows, blockColumns, run.Destination("blocks", sum with { Relative = 1e-5 }, down, across)));
    }

    private static IEnumerable<KernelCase> OfMatrix((int Rows, int Columns) shape)
    {
        // One product at most: exact.
        foreach (MaskKind kind in new[] { MaskKind.Bits, MaskKind.Gates })
        {
            yield return new(nameof(IBackend.ApplyMask), $"[{shape.Rows}, {shape.Columns}] {kind}", run =>
            {
                Tensor x = run.Source(shape.Rows, shape.Columns);
                run.Backend.ApplyMask(x, run.RandomMask(kind, x.Shape)!, run.Destination("y", Tolerance.Exact, shape.Rows, shape.Columns));
            });
            yield return new(nameof(IBackend.ApplyMask), $"[{shape.Rows}, {shape.Columns}] {kind} in place", run =>
            {
                Tensor x = run.Source(shape.Rows, shape.Columns);
                run.Backend.ApplyMask(x, run.RandomMask(kind, x.Shape)!, run.InPlace("y", Tolerance.Exact, x));
            });
        }
    }
}
