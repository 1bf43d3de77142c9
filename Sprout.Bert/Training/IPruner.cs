// What pruning does within a training run.
using Sprout.Autograd;
using Sprout.Autograd.Optim;

namespace Sprout.Bert.Training;

/// <summary>
/// What pruning does within a training run; the trainer calls the members in the order <see cref="BeginStep"/>, (forward and backward passes),
/// <see cref="AddPenalty"/>, <see cref="FinishGradients"/>, (clipping and update) for every step, and <see cref="BeginEvaluation"/> before every evaluation.
/// Steps count from 0.
/// </summary>
public interface IPruner
{
    /// <summary>The trained scores as an optimiser group of their own; no parameters for methods that learn none.</summary>
    ParameterGroup ScoreGroup { get; }

    /// <summary>What a checkpoint must hold beside the model and the optimiser: the scores, by state-dictionary name.</summary>
    IReadOnlyList<Parameter> Scores { get; }

    /// <summary>
    /// The weights whose two gradients follow from that of the masked weight by the straight-through estimator alone, so that the optimiser forms them
    /// while it updates.
    /// </summary>
    IReadOnlyList<MaskedWeight> MaskedWeights { get; }

    /// <summary>Kept prunable weights ÷ prunable weights under the present masks.</summary>
    double Density { get; }

    /// <summary>Whether weights are removed; false: what was removed before only stays so.</summary>
    bool RemovesWeights => true;

    /// <summary>Steps after which the schedule has ended; evaluations before say little about the model in the end.</summary>
    int ScheduleEnd => 0;

    /// <summary>Computes the masks of a step from the scores and the schedule, and puts them into the layers.</summary>
    void BeginStep(int step);

    /// <summary>
    /// Adds the penalty's gradient to the scores and returns its value, 0 when the method has none. Once a step, after the last backward pass.
    /// </summary>
    double AddPenalty(int step);

    /// <summary>
    /// Turns each weight's gradient, which is that of the masked weight, into the gradients of weight and score;
    /// those of <see cref="MaskedWeights"/> stay as they are.
    /// </summary>
    void FinishGradients(int step);

    /// <summary>Computes the masks of evaluation: the schedule's final value, no noise.</summary>
    void BeginEvaluation();
}
