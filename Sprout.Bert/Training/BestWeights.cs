// The weights of the best evaluation of a run that writes no files.
using Sprout.Autograd;

namespace Sprout.Bert.Training;

/// <summary>A copy of weights and scores in the host's memory.</summary>
internal sealed class BestWeights
{
    private readonly List<(Parameter Parameter, float[] Values)> copies = [];

    /// <summary>Replaces the copy by the present values.</summary>
    public void Keep(IEnumerable<Parameter> parameters)
    {
        copies.Clear();
        foreach (Parameter parameter in parameters) copies.Add((parameter, parameter.Value.ToArray()));
    }

    /// <summary>Writes the copy back.</summary>
    public void Restore()
    {
        foreach ((Parameter parameter, float[] values) in copies) parameter.Value.CopyFrom(values);
    }
}
