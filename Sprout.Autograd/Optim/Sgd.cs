// Gradient descent.
using Sprout.Tensors;

namespace Sprout.Autograd.Optim;

/// <summary>
/// Stochastic gradient descent as PyTorch computes it: g ← g + decay · w, v ← momentum · v + g (v = g in the first step), w ← w − rate · v.
/// Parameters without a gradient in a step are left alone.
/// </summary>
public sealed class Sgd : IDisposable
{
    private readonly Dictionary<Parameter, Tensor> directions = [];
    private readonly IReadOnlyList<ParameterGroup> groups;
    private readonly double momentum;

    /// <summary>An optimiser that has not taken a step.</summary>
    /// <param name="groups">Every trained parameter is in exactly one. A group's decay is added to the gradient here.</param>
    /// <param name="momentum">Share of the last step's direction that stays, in [0, 1).</param>
    /// <exception cref="ArgumentException">A parameter is there twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The momentum is out of range.</exception>
    public Sgd(IReadOnlyList<ParameterGroup> groups, double momentum = 0)
    {
        ArgumentNullException.ThrowIfNull(groups);
        if (!(momentum is >= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(momentum), $"Expected a momentum in [0, 1), found {momentum}.");
        var seen = new HashSet<Parameter>();
        foreach (Parameter parameter in groups.SelectMany(group => group.Parameters))
            if (!seen.Add(parameter)) throw new ArgumentException($"The parameter \"{parameter.Name}\" is there twice.", nameof(groups));
        (this.groups, this.momentum) = (groups, momentum);
    }

    /// <summary>Updates every parameter that has a gradient.</summary>
    /// <param name="rateFactor">The schedule's factor on every group's learning rate.</param>
    /// <param name="gradientScale">The clipping coefficient on every gradient.</param>
    public void Step(double rateFactor = 1, float gradientScale = 1)
    {
        foreach (ParameterGroup group in groups)
        {
            foreach (Parameter parameter in group.Parameters)
                if (parameter.Grad is Tensor gradient) Update(parameter, gradient, group, (float)(group.LearningRate * rateFactor), gradientScale);
        }
    }

    /// <summary>Gives the directions back to the device.</summary>
    public void Dispose()
    {
        foreach (Tensor direction in directions.Values) direction.Dispose();
        directions.Clear();
    }

    private void Update(Parameter parameter, Tensor gradient, ParameterGroup group, float rate, float gradientScale)
    {
        IBackend backend = parameter.Backend;
        Tensor direction = Tensor.Zeros(backend, parameter.Shape);
        backend.AddScaled(gradient, gradientScale, direction);
        if (group.WeightDecay != 0) backend.AddScaled(parameter.Value, (float)group.WeightDecay, direction);
        if (directions.Remove(parameter, out Tensor? last))
        {
            backend.AddScaled(last, (float)momentum, direction);
            last.Dispose();
        }

        backend.AddScaled(direction, -rate, parameter.Value);
        if (momentum != 0) directions[parameter] = direction;
        else direction.Dispose();
    }
}
