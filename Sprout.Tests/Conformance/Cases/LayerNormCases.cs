// Cases of layer normalisation.
using Sprout.Tensors;
using Sprout.Tensors.Random;

namespace Sprout.Tests.Conformance.Cases;

internal static class LayerNormCases
{
    private const float Epsilon = 1e-12f;

    // Values of a row of standard normal numbers, normalised: a handful of roundings, and a mean that is a short sum.
    private static readonly Tolerance Normalised = new(1e-5, 1e-5);

    public static IEnumerable<KernelCase> All =>
    [
        .. KernelMenu.Matrices.Where(shape => shape.Columns > 1).SelectMany(OfShape),
        // A mean of 100 leaves the deviations 2⁻¹⁸ of absolute precision; a variance from Σx² would lose them altogether.
        Forward(5, 127, "around 100", new Tolerance(1e-4, 1e-4), random => 100 + random.Normal()),
        Forward(5, 127, "large", Normalised, random => 1e15f * random.Normal()),
        Forward(5, 127, "all zero", Normalised, _ => 0f),
    ];

    private static IEnumerable<KernelCase> OfShape((int Rows, int Columns) shape)
    {
        (int rows, int columns) = shape;
        foreach (Dropout dropout in new[] { Dropout.None, KernelMenu.Dropout })
        {
            foreach (bool residual in new[] { false, true })
                foreach (bool keep in new[] { false, true }) yield return Forward(rows, columns, dropout, residual, keep);
            foreach (bool? accumulate in new bool?[] { null, false, true })
                foreach (bool inPlace in new[] { false, true }) yield return Backward(rows, columns, dropout, accumulate, inPlace);
        }

        yield return new(nameof(IBackend.LayerNormForward), $"[{rows}, {columns}] s is x", run =>
        {
            Tensor x = run.Source(rows, columns);
            run.Backend.LayerNormForward(x, run.Source(rows, columns), KernelMenu.Dropout, run.Source(columns), run.Source(columns), Epsilon,
                run.InPlace("s", Tolerance.Formula, x), null, null, run.Destination("y", Normalised, rows, columns));
        });
    }

    private static KernelCase Forward(int rows, int columns, Dropout dropout, bool residual, bool keep) =>
        new(nameof(IBackend.LayerNormForward), $"[{rows}, {columns}] p = {dropout.Probability}, residual {residual}, keep {keep}", run =>
            run.Backend.LayerNormForward(
                run.Source(rows, columns), residual ? run.Source(rows, columns) : null, dropout, run.Source(columns), run.Source(columns), Epsilon,
                keep ? run.Destination("s", Tolerance.Formula, rows, columns) : null, keep ? run.Destination("mean", Normalised, rows) : null,
                keep ? run.Destination("rstd", Normalised, rows) : null, run.Destination("y", Normalised, rows, columns)));

    private static KernelCase Forward(int rows, int columns, string label, Tolerance tolerance, Func<RandomStream, float> draw) =>
        new(nameof(IBackend.LayerNormForward), $"[{rows}, {columns}] {label}", run =>
            run.Backend.LayerNormForward(run.Source(new Shape(rows, columns), draw), null, Dropout.None, run.Source(columns), run.Source(columns), Epsilon,
                null, null, null, run.Destination("y", tolerance, rows, columns)));

    // dx is a difference of means over a row, dgamma and dbeta are sums over rows; rstd below 2 bounds the terms by about 10.
    private static KernelCase Backward(int rows, int columns, Dropout dropout, bool? accumulate, bool inPlace)
    {
        string label = $"[{rows}, {columns}] p = {dropout.Probability}, residual accumulate {accumulate?.ToString() ?? "null"}, in place {inPlace}";
        return new(nameof(IBackend.LayerNormBackward), label, run =>
        {
            Tolerance difference = Tolerance.Sum(columns, size: 10);
            Tensor s = run.Source(rows, columns), mean = run.Source(rows), rstd = run.Source(new Shape(rows), random => 0.5f + (float)random.NextDouble());
            Tensor gamma = run.Source(columns), dy = run.Source(rows, columns);
            Tensor dx = inPlace ? run.InPlace("dx", difference, dy) : run.Destination("dx", difference, rows, columns);
            Tensor? dResidual = accumulate is bool add ? run.Destination("dResidual", difference, new Shape(rows, columns), add) : null;
            run.Backend.LayerNormBackward(s, mean, rstd, gamma, dy, dropout, dx, dResidual, accumulate ?? false,
                run.Sum("dgamma", Tolerance.Sum(rows, size: 4), columns), run.Sum("dbeta", Tolerance.Sum(rows), columns));
        });
    }
}
