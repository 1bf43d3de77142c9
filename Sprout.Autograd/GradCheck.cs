// Compares gradients with difference quotients: the test for every new function.
using Sprout.Tensors;
using Sprout.Tensors.Random;

namespace Sprout.Autograd;

/// <summary>
/// Checks the gradients of a computation against central differences of its forward pass. The output y is reduced to the number Σ r ⊙ y with fixed normal
/// random r, so that one backward pass checks all of the Jacobian; a loss is taken as it is. The difference is the four-point stencil
/// (8 (f(x + h) − f(x − h)) − (f(x + 2h) − f(x − 2h))) / 12h, whose truncation error is h⁴ f⁽⁵⁾ / 30.
/// </summary>
/// <remarks>
/// Tolerances. The forward pass rounds to float (2⁻²⁴ of a value), the difference divides that by h: with h = 1/32 and values around 1, errors stay below
/// <see cref="Tolerance"/> where sums are double (reference backend) or short. Scale inputs, outputs and losses to about 1 (a loss is
/// one float, so its noise is 2⁻²⁴ · loss / h), and keep inputs 2h away from kinks (ReLU).
/// </remarks>
public static class GradCheck
{
    /// <summary>
    /// What a correct gradient stays below: about ten times the rounding noise of a few kernels in a row, a hundredth of the smallest mistake worth finding.
    /// </summary>
    public const double Tolerance = 1e-4;

    private const float DefaultStep = 1f / 32;

    /// <summary>Checks the gradients of some inputs and returns the worst.</summary>
    /// <param name="backend">Where the inputs are.</param>
    /// <param name="build">
    /// The computation, from the inputs to an output, on the tape that it gets; it is called again for every difference. Dropout repeats its choices.
    /// </param>
    /// <param name="inputs">What to differentiate by. Their values are changed and restored, their gradients released.</param>
    /// <param name="elementsPerInput">How many randomly chosen elements of each input to check; all when it has no more.</param>
    /// <param name="step">h.</param>
    /// <param name="seed">Chooses r, the elements and the dropouts.</param>
    /// <exception cref="ArgumentException">An input requires no gradient.</exception>
    public static GradCheckResult Run(
        IBackend backend, Func<Tape, Variable> build, IReadOnlyList<Variable> inputs,
        int elementsPerInput = int.MaxValue, float step = DefaultStep, ulong seed = 1)
    {
        ArgumentNullException.ThrowIfNull(build);
        ArgumentNullException.ThrowIfNull(inputs);
        for (int i = 0; i < inputs.Count; i++)
            if (!inputs[i].RequiresGrad) throw new ArgumentException($"GradCheck: input {i} {inputs[i].Shape} requires no gradient.");

        float[][] gradients = Analytic(backend, build, inputs, seed);
        var worst = new GradCheckResult(0, -1, "", 0, 0, 0);
        var random = new RandomStream(seed, RandomStreams.Of(RandomPurpose.GradientCheck, 1));
        for (int i = 0; i < inputs.Count; i++)
        {
            var input = new Perturbed(inputs[i].Value);
            foreach (int element in Choose(gradients[i].Length, elementsPerInput, random))
            {
                double numeric = Difference(h => input.At(element, h, () => Evaluate(backend, build, seed)), step);
                double error = Error(gradients[i][element], numeric);
                if (worst.Input < 0 || error > worst.Error)
                    worst = new GradCheckResult(error, i, (inputs[i] as Parameter)?.Name ?? "", element, gradients[i][element], numeric);
            }
        }

        return worst;
    }

    private static float[][] Analytic(IBackend backend, Func<Tape, Variable> build, IReadOnlyList<Variable> inputs, ulong seed)
    {
        foreach (Variable input in inputs) input.ReleaseGrad();
        using (var tape = new Tape(backend))
        {
            tape.SeedDropout(seed, pass: 0);
            Variable output = build(tape);
            using Tensor? projection = tape.IsLoss(output) ? null : Tensor.From(backend, output.Shape, Projection(output.Shape.Count, seed));
            tape.Backward(output, projection);
        }

        var gradients = new float[inputs.Count][];
        for (int i = 0; i < inputs.Count; i++)
        {
            // No gradient means that nothing depends on the input, as far as backward knows.
            gradients[i] = inputs[i].Grad?.ToArray() ?? new float[inputs[i].Shape.Count];
            inputs[i].ReleaseGrad();
        }

        return gradients;
    }

    private static double Evaluate(IBackend backend, Func<Tape, Variable> build, ulong seed)
    {
        // It records, because dropout is active only then.
        using var tape = new Tape(backend);
        tape.SeedDropout(seed, pass: 0);
        Variable output = build(tape);
        float[] values = output.Value.ToArray();
        if (tape.IsLoss(output)) return values[0];
        float[] projection = Projection(values.Length, seed);
        double sum = 0;
        for (int i = 0; i < values.Length; i++) sum += (double)projection[i] * values[i];
        return sum;
    }

    private static float[] Projection(long count, ulong seed)
    {
        var random = new RandomStream(seed, RandomStreams.Of(RandomPurpose.GradientCheck, 0));
        var values = new float[count];
        for (int i = 0; i < values.Length; i++) values[i] = random.Normal();
        return values;
    }

    private static int[] Choose(int count, int wanted, RandomStream random)
    {
        int[] elements = [.. Enumerable.Range(0, count)];
        if (wanted >= count) return elements;
        random.Shuffle(elements);
        return elements[..wanted];
    }

    private static double Difference(Func<float, double> f, float h) =>
        ((8 * (f(h) - f(-h))) - (f(2 * h) - f(-2 * h))) / (12.0 * h);

    private static double Error(double analytic, double numeric)
    {
        double error = Math.Abs(analytic - numeric) / Math.Max(1, Math.Max(Math.Abs(analytic), Math.Abs(numeric)));
        return double.IsNaN(error) ? double.PositiveInfinity : error;
    }

    // A tensor of which one element at a time is moved and put back.
    private sealed class Perturbed(Tensor tensor)
    {
        private readonly float[] values = tensor.ToArray();

        public double At(int element, float shift, Func<double> evaluate)
        {
            Tensor place = tensor.Slice(element, new Shape(1));
            try
            {
                place.CopyFrom([values[element] + shift]);
                return evaluate();
            }
            finally
            {
                place.CopyFrom([values[element]]);
            }
        }
    }
}
