// The weights of the best evaluation, where no checkpoint holds them.
using Sprout.Autograd;

namespace Sprout.Bert.Training;

/// <summary>A copy of weights and scores in the host's memory.</summary>
internal sealed class BestWeights
{
    private readonly List<(Parameter Parameter, float[] Values)> copies = [];

    /// <summary>Steps done when the copy was made; null when there is none.</summary>
    public int? Step { get; private set; }

    /// <summary>Copies the present values.</summary>
    public void Keep(int step, IEnumerable<Parameter> parameters)
    {
        foreach (Parameter parameter in parameters) copies.Add((parameter, parameter.Value.ToArray()));
        Step = step;
    }

    /// <summary>Writes the copy back.</summary>
    public void Restore()
    {
        foreach ((Parameter parameter, float[] values) in copies) parameter.Value.CopyFrom(values);
    }

    /// <summary>Gives the memory back.</summary>
    public void Clear()
    {
        copies.Clear();
        Step = null;
    }
}
