// Where a run's curves go besides trainer_state.json.
namespace Sprout.Bert.Training;

/// <summary>Receives the points of a run's curves as they are logged, such as for TensorBoard.</summary>
public interface ITrainingLog : IDisposable
{
    /// <summary>Appends one point of a curve.</summary>
    /// <param name="tag">The curve, such as "train/loss".</param>
    /// <param name="value">The point's value.</param>
    /// <param name="step">Optimiser steps done.</param>
    void AddScalar(string tag, double value, long step);
}
