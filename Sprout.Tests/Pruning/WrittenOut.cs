// Gradients that a test can look at.
using Sprout.Pruning;
using Sprout.Tensors;

namespace Sprout.Tests.Pruning;

/// <summary>
/// Another method, with the gradients of weights and scores written out as those of scores that are not straight-through are,
/// instead of formed in the optimiser.
/// </summary>
internal sealed class WrittenOut(PruningMethod method) : PruningMethod(method.Options), IScoreGradient
{
    public override string Name => method.Name;

    public override bool LearnsScores => method.LearnsScores;

    public override double DefaultScoreScale => method.DefaultScoreScale;

    public override double? ReportedThreshold => method.ReportedThreshold;

    public override void InitializeScores(PrunedGroup group, ulong seed) => method.InitializeScores(group, seed);

    public override void ComputeMasks(IReadOnlyList<PrunedGroup> groups, PruningStep step) => method.ComputeMasks(groups, step);

    public override double AddPenalty(IReadOnlyList<PrunedGroup> groups, PruningStep step) => method.AddPenalty(groups, step);

    public void ToScoreGradient(PrunedGroup group, PruningStep step, Tensor gradient) => (method as IScoreGradient)?.ToScoreGradient(group, step, gradient);
}
