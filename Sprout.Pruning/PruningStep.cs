// When masks are computed.
namespace Sprout.Pruning;

/// <summary>The moment for which a method computes masks, penalties and gradients: a training step or an evaluation.</summary>
/// <param name="Step">The training step, counted from 0; that of the run's end in evaluation.</param>
/// <param name="IsEvaluation">Whether the schedule's final value counts and there is no noise.</param>
/// <param name="Schedule">The run's schedule.</param>
/// <param name="Seed">The run's seed.</param>
public readonly record struct PruningStep(int Step, bool IsEvaluation, SparsitySchedule Schedule, ulong Seed)
{
    /// <summary>What decides how many units stay; null: a density, or the method.</summary>
    public SpeedTarget? Target { get; init; }

    /// <summary>The schedule's value on the way from one number to another.</summary>
    public double Value(double initial, double final) => IsEvaluation ? final : Schedule.ValueAt(Step, initial, final);
}
