// Fresh weights.
using Sprout.Autograd;

namespace Sprout.Bert.Models;

/// <summary>Fresh weights as BERT starts: matrices and tables normal with the configuration's standard deviation, biases 0, layer norms 1 and 0.</summary>
public static class Initialization
{
    /// <summary>Initialises all parameters of a model.</summary>
    public static void Apply(TaskModel model, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(model);
        foreach (Parameter parameter in model.Parameters()) Apply(parameter, model.Config.InitializerRange, seed);
    }

    /// <summary>Initialises a parameter. The values depend on the seed and the parameter's name alone, not on what else is initialised.</summary>
    public static void Apply(Parameter parameter, double standardDeviation, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        if (parameter.Shape.Rank > 1) FreshWeights.Normal(parameter, standardDeviation, seed);
    }
}
