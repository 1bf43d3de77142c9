// Fresh weights.
using Sprout.Autograd;
using Sprout.Tensors;

namespace Sprout.Bert.Models;

/// <summary>Fresh weights as BERT starts: matrices and tables normal with the configuration's standard deviation, biases 0, layer norms 1 and 0.</summary>
public static class Initialization
{
    /// <summary>Initialises a parameter in place. The values depend on the seed and the parameter's name alone, not on what else is initialised.</summary>
    public static void Apply(Parameter parameter, double standardDeviation, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        if (parameter.Shape.Rank == 1) return;
        var random = new RandomStream(seed, NameHash(parameter.Name));
        var values = new float[parameter.Shape.Count];
        for (int i = 0; i < values.Length; i++) values[i] = (float)(random.Normal() * standardDeviation);
        parameter.Value.CopyFrom(values);
    }

    // FNV-1a, 64 bits: stable over processes, unlike string.GetHashCode.
    private static ulong NameHash(string name)
    {
        ulong hash = 14695981039346656037;
        foreach (char c in name) hash = unchecked((hash ^ c) * 1099511628211);
        return hash;
    }
}
