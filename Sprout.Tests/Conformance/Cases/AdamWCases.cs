// Cases of the optimiser step and of the norms of gradients.
using Sprout.Tensors;

namespace Sprout.Tests.Conformance.Cases;

internal static class AdamWCases
{
    private static readonly (string Label, AdamWStep Step)[] Steps =
    [
        ("first", new(Rate: 1e-2f, Beta1: 0.9f, Beta2: 0.999f, Epsilon: 1e-8f, WeightDecay: 0f, GradientScale: 1f, Step: 1)),
        ("late, clipped, decayed", new(Rate: 3e-2f, Beta1: 0.9f, Beta2: 0.999f, Epsilon: 1e-6f, WeightDecay: 0.1f, GradientScale: 0.13f, Step: 12_345)),
        ("rate 0", new(Rate: 0f, Beta1: 0.9f, Beta2: 0.98f, Epsilon: 1e-8f, WeightDecay: 0.1f, GradientScale: 1f, Step: 7)),
    ];

    public static IEnumerable<KernelCase> All =>
    [
        .. KernelMenu.Lengths.Select(n => SumOfSquares(n, scale: 1f)),
        // Squares of 1e15 sum to 1e33: within a float, far beyond an integer.
        SumOfSquares(1023, scale: 1e15f),
        .. Plain,
        .. Masked,
    ];

    private static IEnumerable<KernelCase> Plain =>
        from n in KernelMenu.Lengths
        from step in Steps
        from gradient in new[] { 0f, 1f, 1e6f }
        select AdamW(n, step.Label, step.Step, gradient);

    private static IEnumerable<KernelCase> Masked =>
        from n in KernelMenu.Lengths
        from mask in new[] { MaskKind.None, MaskKind.Bits }
        from penalty in new[] { false, true }
        from test in new[] { MaskedAdamW(n, mask, penalty), MaskedSumOfSquares(n, mask, penalty) }
        select test;

    // Summed in double, but for short runs; all terms are positive, so only a few roundings to float may differ.
    private static KernelCase SumOfSquares(int n, float scale) => new(nameof(IBackend.SumOfSquares), $"[{n}] · {scale}", run =>
        run.Backend.SumOfSquares(run.Source(new Shape(n), random => scale * random.Normal()), run.Sum("results", new Tolerance(5e-7, 0), 3), 1));

    // A few roundings relative to the moments and to the update; v starts above ¼, so that no update is much larger than the rate.
    private static KernelCase AdamW(int n, string label, AdamWStep step, float scale) =>
        new(nameof(IBackend.AdamW), $"[{n}] {label}, gradients · {scale}", run =>
    {
        Tensor gradient = run.Source(new Shape(n), random => scale * random.Normal());
        Tensor w = run.Source(n), m = run.Source(n), v = run.Source(new Shape(n), random => 0.25f + (float)random.NextDouble());
        var moment = new Tolerance(1e-6, 1e-6 * (1 + scale));
        run.Backend.AdamW(gradient, step, run.InPlace("w", Tolerance.Formula, w), run.InPlace("m", moment, m), run.InPlace("v", new Tolerance(2e-6, 0), v));
    });

    private static KernelCase MaskedAdamW(int n, MaskKind kind, bool penalty) =>
        new(nameof(IBackend.MaskedAdamW), $"[{n}] mask {kind}{(penalty ? ", penalty" : "")}", run =>
    {
        Tensor gradient = run.Source(n), w = run.Source(n), m = run.Source(n), scores = run.Source(n), scoreM = run.Source(n);
        Tensor v = run.Source(new Shape(n), random => 0.25f + (float)random.NextDouble());
        Tensor scoreV = run.Source(new Shape(n), random => 0.25f + (float)random.NextDouble());
        Tensor? scoreGradient = penalty ? run.Source(n) : null;
        var moment = new Tolerance(1e-6, 2e-6);
        var second = new Tolerance(2e-6, 0);
        run.Backend.MaskedAdamW(
            gradient, run.RandomMask(kind, new Shape(n)), scoreGradient,
            Steps[1].Step, run.InPlace("w", Tolerance.Formula, w), run.InPlace("m", moment, m), run.InPlace("v", second, v),
            Steps[0].Step, run.InPlace("scores", Tolerance.Formula, scores), run.InPlace("scoreM", moment, scoreM), run.InPlace("scoreV", second, scoreV));
    });

    private static KernelCase MaskedSumOfSquares(int n, MaskKind kind, bool penalty) =>
        new(nameof(IBackend.MaskedSumOfSquares), $"[{n}] mask {kind}{(penalty ? ", penalty" : "")}", run =>
    {
        Tensor gradient = run.Source(n), w = run.Source(n);
        run.Backend.MaskedSumOfSquares(
            gradient, run.RandomMask(kind, new Shape(n)), w, penalty ? run.Source(n) : null, run.Sum("sums", new Tolerance(1e-5, 1e-6), 3), 2, 0);
    });
}
