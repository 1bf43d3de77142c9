// Parameters that share a learning rate and a weight decay.
namespace Sprout.Autograd.Optim;

/// <summary>Parameters that share a learning rate and a weight decay.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Parameters">In a fixed order.</param>
/// <param name="LearningRate">Before the schedule's factor.</param>
/// <param name="WeightDecay">AdamW decouples it: w ← w − rate · decay · w; <see cref="Sgd"/> adds decay · w to the gradient.</param>
public sealed record ParameterGroup(string Name, IReadOnlyList<Parameter> Parameters, double LearningRate, double WeightDecay);
