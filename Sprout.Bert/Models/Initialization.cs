// Fresh weights.
using Sprout.Autograd;
using Sprout.Tensors;
using Sprout.Tensors.Random;

namespace Sprout.Bert.Models;

/// <summary>Fresh weights as BERT starts: matrices and tables normal with the configuration's standard deviation, biases 0, layer norms 1 and 0.</summary>
public static class Initialization
{
    private const int PartLength = 1 << 14;

    /// <summary>Initialises a parameter in place. The values depend on the seed and the parameter's name alone, not on what else is initialised.</summary>
    public static void Apply(Parameter parameter, double standardDeviation, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        if (parameter.Shape.Rank == 1) return;
        var random = new RandomStream(seed, RandomStreams.OfName(parameter.Name));
        // In parts: an embedding table would be a large managed array, which the collector is slow to give back.
        var part = new float[(int)Math.Min(PartLength, parameter.Shape.Count)];
        for (long start = 0; start < parameter.Shape.Count; start += part.Length)
        {
            Span<float> values = part.AsSpan(0, (int)Math.Min(part.Length, parameter.Shape.Count - start));
            foreach (ref float value in values) value = (float)(random.Normal() * standardDeviation);
            using Tensor target = parameter.Value.Slice(start, new Shape(values.Length));
            target.CopyFrom(values);
        }
    }
}
