// Cases of softmax.
using Sprout.Tensors;

namespace Sprout.Tests.Conformance.Cases;

internal static class SoftmaxCases
{
    public static IEnumerable<KernelCase> All =>
    [
        .. from shape in KernelMenu.Matrices
           from inPlace in new[] { false, true }
           from scale in new[] { 1f, 1000f }
           select Forward(shape.Rows, shape.Columns, scale, inPlace),
        .. from shape in KernelMenu.Matrices
           from place in new[] { "over", "added", "over dy" }
           select Backward(shape.Rows, shape.Columns, place),
        Excluded(),
    ];

    // A probability is off by the relative error of exp(x − max), which grows with the distance, and by that of a sum of positive terms.
    private static Tolerance Probability(float scale) => new(2e-6 + (2e-7 * scale), 1e-7);

    private static KernelCase Forward(int rows, int columns, float scale, bool inPlace) =>
        new(nameof(IBackend.Softmax), $"[{rows}, {columns}] · {scale}, in place {inPlace}", run =>
        {
            Tensor x = run.Source(new Shape(rows, columns), random => scale * random.Normal());
            run.Backend.Softmax(x, inPlace ? run.InPlace("y", Probability(scale), x) : run.Destination("y", Probability(scale), rows, columns));
        });

    // A class that is left out has a logit of −∞ and the probability 0.
    private static KernelCase Excluded() =>
        new(nameof(IBackend.Softmax), "[70, 33] some −∞", run =>
        {
            int drawn = 0;
            Tensor x = run.Source(new Shape(70, 33), random => drawn++ % 3 == 0 ? float.NegativeInfinity : random.Normal());
            run.Backend.Softmax(x, run.Destination("y", Probability(1f), 70, 33));
        });

    private static KernelCase Backward(int rows, int columns, string place) =>
        new(nameof(IBackend.SoftmaxBackward), $"[{rows}, {columns}] {place}", run =>
        {
            Tolerance difference = Tolerance.Sum(columns);
            Tensor y = run.Source(rows, columns), dy = run.Source(rows, columns);
            Tensor dx = place == "over dy" ? run.InPlace("dx", difference, dy)
                : run.Destination("dx", difference, new Shape(rows, columns), accumulate: place == "added");
            run.Backend.SoftmaxBackward(y, dy, dx, accumulate: place == "added");
        });
}
