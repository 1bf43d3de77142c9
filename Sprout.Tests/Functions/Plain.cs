// What the plain computations of the function tests share.
using Sprout.Autograd;
using Sprout.Tensors;
using Sprout.Tensors.Random;

namespace Sprout.Tests.Functions;

/// <summary>Reading inputs, and the few formulas that several functions have in common, in double.</summary>
internal static class Plain
{
    /// <summary>The content of a tensor.</summary>
    public static double[] Read(Tensor tensor) => [.. tensor.ToArray().Select(value => (double)value)];

    /// <summary>The value of a variable.</summary>
    public static double[] Read(Variable variable) => Read(variable.Value);

    /// <summary>What dropout multiplies element i by.</summary>
    public static double Keep(float probability, ulong stream, long i) => Keep(probability, stream, (ulong)i / 4, (int)(i % 4));

    /// <summary>What dropout multiplies the element at a place of the random sequence by.</summary>
    public static double Keep(float probability, ulong stream, ulong counter, int word)
    {
        (uint x0, uint x1, uint x2, uint x3) = Philox.Next(Scene.Seed, counter, stream);
        uint drawn = word switch { 0 => x0, 1 => x1, 2 => x2, _ => x3 };
        return drawn < probability * 4294967296.0 ? 0 : 1 / (1 - (double)probability);
    }

    /// <summary>x − log Σ eˣ.</summary>
    public static double[] LogSoftmax(IEnumerable<double> x)
    {
        double[] values = [.. x];
        double logSum = Math.Log(values.Sum(Math.Exp));
        return [.. values.Select(value => value - logSum)];
    }

    /// <summary>The pieces of x between consecutive offsets.</summary>
    public static IEnumerable<double[]> Segments(double[] x, IReadOnlyList<int> offsets) =>
        Enumerable.Range(0, offsets.Count - 1).Select(s => x[offsets[s]..offsets[s + 1]]);

    /// <summary>Where sequences of these lengths begin, and their end.</summary>
    public static int[] Offsets(params IReadOnlyList<int> lengths)
    {
        var offsets = new int[lengths.Count + 1];
        for (int i = 0; i < lengths.Count; i++) offsets[i + 1] = offsets[i] + lengths[i];
        return offsets;
    }
}
