// Cases of masks, blocks and gates.
using Sprout.Tensors;

namespace Sprout.Tests.Conformance.Cases;

internal static class MaskCases
{
    private static readonly (int Rows, int Columns, int BlockRows, int BlockColumns)[] Blocks =
    [
        (0, 8, 1, 1), (1, 1, 1, 1), (5, 7, 1, 1), (6, 9, 2, 3), (5, 33, 1, 33), (127, 3, 127, 1), (31, 8, 31, 8), (64, 96, 32, 32), (300, 200, 300, 1), (256, 512, 4, 64), (10, 1200, 5, 600), (4, 1000, 2, 1),
    ];

    public static IEnumerable<KernelCase> All =>
    [
        .. Blocks.SelectMany(OfBlocks),
        .. KernelMenu.Matrices.SelectMany(OfMatrix),
        .. KernelMenu.Lengths.SelectMany(OfLength),
    ];

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

    private static IEnumerable<KernelCase> OfLength(int n)
    {
        Dropout noise = KernelMenu.Dropout, middle = noise with { Probability = 0 };
        // u rounds to 2⁻²⁵ below 1, so 1 − u ≥ 10⁻⁴ and with it ln(1 − u) is off by up to 3e-4, which β and the slope of σ turn into at most 1.4e-4 of a gate.
        var noisy = new Tolerance(1e-6, 1.5e-4);
        yield return new(nameof(IBackend.HardConcrete), $"[{n}] evaluation", run => run.Backend.HardConcrete(Scores(run), null, run.Destination("gates", Tolerance.Formula, n)));
        yield return new(nameof(IBackend.HardConcrete), $"[{n}] u = ½", run => run.Backend.HardConcrete(Scores(run), middle, run.Destination("gates", Tolerance.Formula, n)));
        yield return new(nameof(IBackend.HardConcrete), $"[{n}] training", run => run.Backend.HardConcrete(Scores(run), noise, run.Destination("gates", noisy, n)));
        yield return new(nameof(IBackend.HardConcreteBackward), $"[{n}]", run =>
            run.Backend.HardConcreteBackward(Scores(run), noise, run.Source(n), run.Destination("dscores", noisy with { Absolute = 1e-3 }, n)));
        yield return new(nameof(IBackend.HardConcreteBackward), $"[{n}] u = ½, in place", run =>
        {
            Tensor scores = Scores(run), dgates = run.Source(n);
            run.Backend.HardConcreteBackward(scores, middle, dgates, run.InPlace("dscores", new Tolerance(1e-5, 1e-5), dgates));
        });

        // A sum of n values in (0, 1): relative to the sum.
        foreach (bool gradient in new[] { false, true })
        {
            yield return new(nameof(IBackend.SigmoidPenalty), $"[{n}] gradient {gradient}", run => run.Backend.SigmoidPenalty(
                Scores(run), -1.6f, 0.37f, run.Sum("value", new Tolerance(1e-5, 1e-6), 3), 1, gradient ? run.Sum("dscores", Tolerance.Formula, n) : null));
        }

        // Scores wide enough for gates of 0 and of 1.
        Tensor Scores(KernelRun run) => run.Source(new Shape(n), random => 4 * random.Normal());
    }
}
