// Cases of the gates of L0 and of the penalty on how many are open.
using Sprout.Tensors;

namespace Sprout.Tests.Conformance.Cases;

internal static class GatingCases
{
    public static IEnumerable<KernelCase> All => KernelMenu.Lengths.SelectMany(OfLength);

    private static IEnumerable<KernelCase> OfLength(int n)
    {
        Dropout noise = KernelMenu.Dropout, middle = noise with { Probability = 0 };
        // u rounds to 2⁻²⁵ below 1, so 1 − u ≥ 10⁻⁴ and with it ln(1 − u) is off by up to 3e-4, which β and the slope of σ turn into at most 1.4e-4 of a gate.
        var noisy = new Tolerance(1e-6, 1.5e-4);
        yield return new(
            nameof(IBackend.HardConcrete), $"[{n}] evaluation",
            run => run.Backend.HardConcrete(Scores(run), null, run.Destination("gates", Tolerance.Formula, n)));
        yield return new(
            nameof(IBackend.HardConcrete), $"[{n}] u = ½",
            run => run.Backend.HardConcrete(Scores(run), middle, run.Destination("gates", Tolerance.Formula, n)));
        yield return new(
            nameof(IBackend.HardConcrete), $"[{n}] training", run => run.Backend.HardConcrete(Scores(run), noise, run.Destination("gates", noisy, n)));
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
