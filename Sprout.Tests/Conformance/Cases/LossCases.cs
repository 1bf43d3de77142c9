// Cases of the losses.
using Sprout.Tensors;

namespace Sprout.Tests.Conformance.Cases;

internal static class LossCases
{
    private const float Scale = 0.37f;

    // Lengths of the segments: classes of a sentence, positions of ragged passages, nothing.
    private static readonly int[][] Segments = [[], [1], [2], [3, 3, 3, 3, 3], [1, 7, 130, 33, 2, 1023], [.. Enumerable.Repeat(3, 2500)]];

    public static IEnumerable<KernelCase> All =>
    [
        .. from segments in Segments
           from scale in new[] { 1f, 1000f }
           from gradient in new[] { false, true }
           from test in OfSegments(segments, scale, gradient)
           select test,
        .. from n in KernelMenu.Lengths
           from gradient in new[] { false, true }
           select SquaredError(n, gradient),
        .. from n in KernelMenu.Lengths
           from scale in new[] { 1f, 1000f }
           from gradient in new[] { false, true }
           select BinaryCrossEntropy(n, scale, gradient),
    ];

    // A loss is a sum over the segments of values about as large as the logits; a gradient is a probability, off by the relative error of exp(logit − max).
    private static IEnumerable<KernelCase> OfSegments(int[] segments, float scale, bool gradient)
    {
        string label = $"segments [{string.Join(", ", segments.Take(6))}{(segments.Length > 6 ? ", …" : "")}], logits · {scale}, gradient {gradient}";
        int total = segments.Sum();
        int[] offsets = [.. Enumerable.Range(0, segments.Length + 1).Select(s => segments.Take(s).Sum())];
        Tolerance loss = new(1e-5, 1e-6 * (segments.Length + 8)), slope = new(1e-6, 2e-6 + (2e-7 * scale));

        yield return new(nameof(IBackend.CrossEntropy), label, run => run.Backend.CrossEntropy(
            Logits(run), run.Integers(offsets), run.Integers([.. segments.Select((length, s) => s % length)]), Scale,
            run.Sum("loss", loss, 1), gradient ? run.Sum("dlogits", slope, total) : null));

        // Weights of both signs and any sum, as many terms as logits.
        yield return new(nameof(IBackend.SoftCrossEntropy), label, run => run.Backend.SoftCrossEntropy(
            Logits(run), run.Source(total), run.Integers(offsets), Scale,
            run.Sum("loss", new(1e-5, 2e-6 * scale * (total + 8)), 1),
            gradient ? run.Sum("dlogits", new(1e-6, 2e-5 + (4e-6 * scale)), total) : null));

        foreach (float temperature in new[] { 1f, 2f, 5.5f })
        {
            // T² multiplies the loss and T the gradient.
            yield return new(nameof(IBackend.Distillation), $"{label}, temperature {temperature}", run => run.Backend.Distillation(
                Logits(run), Logits(run), run.Integers(offsets), temperature, Scale,
                run.Sum("loss", loss with { Absolute = loss.Absolute * temperature * temperature }, 1),
                gradient ? run.Sum("dlogits", slope with { Absolute = slope.Absolute * temperature }, total) : null));
        }

        Tensor Logits(KernelRun run) => run.Source(new Shape(total), random => scale * random.Normal());
    }

    private static KernelCase BinaryCrossEntropy(int n, float scale, bool gradient) =>
        new(nameof(IBackend.BinaryCrossEntropy), $"[{n}], logits · {scale}, gradient {gradient}", run => run.Backend.BinaryCrossEntropy(
        run.Source(new Shape(n), random => scale * random.Normal()), run.Source(new Shape(n), random => (float)random.NextDouble()), Scale,
        run.Sum("loss", new Tolerance(1e-5, 1e-6 * (n + 8)), 1), gradient ? run.Sum("dx", Tolerance.Formula, n) : null));

    // A sum of n squares of about 2, all positive: relative to the sum.
    private static KernelCase SquaredError(int n, bool gradient) =>
        new(nameof(IBackend.SquaredError), $"[{n}] gradient {gradient}", run => run.Backend.SquaredError(
        run.Source(n), run.Source(n), Scale, run.Sum("loss", new Tolerance(1e-5, 1e-6), 1), gradient ? run.Sum("dx", Tolerance.Formula, n) : null));
}
