// L0 regularisation with hard-concrete gates.
using Sprout.Tensors;
using Sprout.Tensors.Random;

namespace Sprout.Pruning.Methods;

/// <summary>
/// L0 regularisation (Louizos, Welling and Kingma 2018): M are hard-concrete gates in [0, 1], random in training; the formulas are those of
/// <see cref="IBackend.HardConcrete"/>. Penalty λ · mean of σ(S − β ln(−γ/ζ)), the probability that a gate is open, from the first step on. Evaluation keeps
/// the gates' factors; those above 0 count as kept.
/// </summary>
public sealed class HardConcrete : PruningMethod, IScoreGradient
{
    // β ln(−γ/ζ) with β = 2/3, γ = −0.1, ζ = 1.1.
    private static readonly double Shift = 2.0 / 3.0 * Math.Log(0.1 / 1.1);

    /// <summary>The method with its options.</summary>
    /// <exception cref="OptionException">The scope is global.</exception>
    public HardConcrete(PruningOptions options) : base(options) => RequireLocalScope();

    /// <inheritdoc/>
    public override bool KeepsAll => Options is { Lambda: 0, InitScores: null };

    /// <inheritdoc/>
    public override bool FollowsSchedule => false;

    /// <inheritdoc/>
    public override string Name => "l0";

    /// <summary>ln 9, rounded as the authors did: σ(S) = 0.9.</summary>
    public override double DefaultScoreScale => 2.197;

    /// <inheritdoc/>
    public override void ComputeMasks(IReadOnlyList<PrunedGroup> groups, PruningStep step)
    {
        ArgumentNullException.ThrowIfNull(groups);
        foreach (PrunedGroup group in groups)
        {
            Tensor scores = group.Scores.Value;
            scores.Backend.HardConcrete(scores, step.IsEvaluation ? null : Noise(group, step), group.Gates);
            group.UseGates();
        }
    }

    /// <inheritdoc/>
    public void ToScoreGradient(PrunedGroup group, PruningStep step, Tensor gradient)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(gradient);
        gradient.Backend.HardConcreteBackward(group.Scores.Value, Noise(group, step), gradient, gradient);
    }

    /// <inheritdoc/>
    public override double AddPenalty(IReadOnlyList<PrunedGroup> groups, PruningStep step) => AddSigmoidPenalty(groups, Options.Lambda, Shift);

    // The kernels read the probability only as "is there noise".
    private Dropout Noise(PrunedGroup group, PruningStep step) =>
        new(Options.L0Noise ? 0.5f : 0f, step.Seed, RandomStreams.Of(RandomPurpose.GateNoise, ((ulong)step.Step << 16) | (uint)group.Index));
}
