// Cases of the element-wise kernels.
using System.Reflection;
using Sprout.Tensors;
using Sprout.Tensors.Ops;

namespace Sprout.Tests.Conformance.Cases;

internal static class ElementsCases
{
    public static IEnumerable<KernelCase> All =>
    [
        .. KernelMenu.Lengths.SelectMany(OfLength),
        .. KernelMenu.PointwiseOperators.SelectMany(OfOperator),
    ];

    private static IEnumerable<KernelCase> OfLength(int n) =>
    [
        new(nameof(IBackend.Fill), $"[{n}]", run => run.Backend.Fill(run.Destination("x", Tolerance.Exact, n), 1.5f)),
        new(nameof(IBackend.Copy), $"[{n}]", run => run.Backend.Copy(run.Source(n), run.Destination("y", Tolerance.Exact, n))),
        // With or without fusing the multiplication and the addition.
        new(nameof(IBackend.AddScaled), $"[{n}]", run => run.Backend.AddScaled(run.Source(n), -0.37f, run.Sum("y", Tolerance.Formula, n))),
        ApplyDropout(n, Dropout.None),
        ApplyDropout(n, KernelMenu.Dropout),
        ApplyDropout(n, KernelMenu.Dropout with { Probability = 0.9f }),
        new(nameof(IBackend.ApplyDropout), $"[{n}] in place", run =>
        {
            Tensor x = run.Source(n);
            run.Backend.ApplyDropout(x, KernelMenu.Dropout, run.InPlace("y", Tolerance.Exact, x));
        }),
    ];

    // One product with the scale, rounded once: exact, as is the choice of survivors.
    private static KernelCase ApplyDropout(int n, Dropout dropout) => new(nameof(IBackend.ApplyDropout), $"[{n}] p = {dropout.Probability}", run =>
        run.Backend.ApplyDropout(run.Source(n), dropout, run.Destination("y", Tolerance.Exact, n)));

    private static IEnumerable<KernelCase> OfOperator(Type op)
    {
        MethodInfo method = typeof(ElementsCases).GetMethod(nameof(Pointwise), BindingFlags.NonPublic | BindingFlags.Static)!;
        return (IEnumerable<KernelCase>)method.MakeGenericMethod(op).Invoke(null, null)!;
    }

    private static IEnumerable<KernelCase> Pointwise<TOp>() where TOp : struct, IPointwise
    {
        string op = typeof(TOp).Name;
        // The logarithm promises nothing where it is not defined.
        bool isPositive = typeof(TOp) == typeof(Log);
        Tensor X(KernelRun run, int n, float scale = 1f) =>
            run.Source(new Shape(n), random => isPositive ? Math.Abs(scale * random.Normal()) + 1e-6f : scale * random.Normal());

        if (!isPositive)
        {
            // A run that diverges has to be seen: a NaN stays one.
            yield return new(nameof(IBackend.Map), $"{op} [33] with NaN", run =>
                run.Backend.Map<TOp>(
                    run.Source(new Shape(33), random => random.NextInt(3) == 0 ? float.NaN : random.Normal()), run.Destination("y", Tolerance.Formula, 33)));
        }

        foreach (int n in KernelMenu.Lengths)
        {
            yield return new(nameof(IBackend.Map), $"{op} [{n}]", run => run.Backend.Map<TOp>(X(run, n), run.Destination("y", Tolerance.Formula, n)));
            foreach (bool accumulate in new[] { false, true })
            {
                yield return new(nameof(IBackend.MapBackward), $"{op} [{n}] accumulate {accumulate}", run =>
                    run.Backend.MapBackward<TOp>(
                        X(run, n), run.Source(n), run.Source(n), run.Destination("dx", Tolerance.Formula, new Shape(n), accumulate), accumulate));
            }
        }

        yield return new(nameof(IBackend.Map), $"{op} [127] in place, ±100", run =>
        {
            Tensor x = X(run, 127, scale: 30);
            run.Backend.Map<TOp>(x, run.InPlace("y", Tolerance.Formula, x));
        });
        yield return new(nameof(IBackend.MapBackward), $"{op} [127] in place", run =>
        {
            Tensor x = X(run, 127), y = run.Source(127), dy = run.Source(127);
            run.Backend.MapBackward<TOp>(x, y, dy, run.InPlace("dx", Tolerance.Formula, dy), accumulate: false);
        });
    }
}
