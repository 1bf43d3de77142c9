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

    public override void InitializeScores(MaskedMatrix matrix, ulong seed) => method.InitializeScores(matrix, seed);

    public override void ComputeMasks(IReadOnlyList<MaskedMatrix> matrices, PruningStep step) => method.ComputeMasks(matrices, step);

    public override double AddPenalty(IReadOnlyList<MaskedMatrix> matrices, PruningStep step) => method.AddPenalty(matrices, step);

    public void ToScoreGradient(MaskedMatrix matrix, PruningStep step, Tensor gradient) => (method as IScoreGradient)?.ToScoreGradient(matrix, step, gradient);
}
