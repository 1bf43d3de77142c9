// Random numbers for parameters that nothing has trained yet.
using Sprout.Tensors;
using Sprout.Tensors.Random;

namespace Sprout.Autograd;

/// <summary>Fills parameters with random numbers that depend on the seed and the parameter's name alone, not on what else is filled.</summary>
public static class FreshWeights
{
    private const int PartLength = 1 << 14;

    /// <summary>Normal numbers of mean 0.</summary>
    public static void Normal(Parameter parameter, double standardDeviation, ulong seed) =>
        Fill(parameter, seed, random => (float)(random.Normal() * standardDeviation));

    /// <summary>Uniform numbers in (−bound, bound).</summary>
    public static void Uniform(Parameter parameter, float bound, ulong seed) =>
        Fill(parameter, seed, random => ((2 * Philox.UniformOpen(random.NextUInt())) - 1) * bound);

    private static void Fill(Parameter parameter, ulong seed, Func<RandomStream, float> draw)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        var random = new RandomStream(seed, RandomStreams.OfName(parameter.Name));
        // In parts: an embedding table would be a large managed array, which the collector is slow to give back.
        var part = new float[(int)Math.Min(PartLength, parameter.Shape.Count)];
        for (long start = 0; start < parameter.Shape.Count; start += part.Length)
        {
            Span<float> values = part.AsSpan(0, (int)Math.Min(part.Length, parameter.Shape.Count - start));
            foreach (ref float value in values) value = draw(random);
            using Tensor target = parameter.Value.Slice(start, new Shape(values.Length));
            target.CopyFrom(values);
        }
    }
}
