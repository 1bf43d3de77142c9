// What a model is trained for.
using Sprout.Bert.Models;
using Sprout.Bert.Sources;
using Sprout.Bert.Training;
using Sprout.Tensors;

namespace Sprout.Bert.Tasks;

/// <summary>What a task is bound to.</summary>
/// <param name="Backend">Where the model lives.</param>
/// <param name="Source">Where the model comes from.</param>
/// <param name="Config">Its configuration, with the options' dropout.</param>
/// <param name="MaxLength">Longest sequence in tokens.</param>
/// <param name="Options">The options of the task.</param>
/// <param name="Seed">Decides fresh weights and what else a task draws.</param>
/// <param name="Train">Whether training examples are needed too.</param>
/// <param name="NeedLabels">Whether evaluation examples must have labels.</param>
/// <param name="Note">Receives one sentence for each thing the user should know.</param>
public sealed record TaskContext(
    IBackend Backend, ModelSource Source, ModelConfig Config, int MaxLength, TaskOptions Options, ulong Seed, bool Train, bool NeedLabels, Action<string> Note)
{
    /// <summary>Loads the source's weights, and tells of what was missing or is not used.</summary>
    /// <exception cref="InputException">The weights do not fit the model.</exception>
    public void Load(TaskModel model) => Source.Load(model, Seed, Note, Train ? Options.IgnoreMismatchedSizes : null, onlyAnswers: !Train);
}

/// <summary>A task bound to a model.</summary>
/// <param name="Model">The model with its weights.</param>
/// <param name="Config">Its configuration with the task's labels, as it is saved.</param>
/// <param name="Objective">Examples, loss and metrics.</param>
/// <param name="TeacherModel">What else ends with the task, or null.</param>
public sealed record BoundTask(TaskModel Model, ModelConfig Config, Objective Objective, TaskModel? TeacherModel = null);

/// <summary>
/// What a model is trained for: which head, which examples, which loss and which metrics. A task of your own derives from this
/// and joins <see cref="TaskRegistry"/>.
/// </summary>
public abstract class TrainingTask
{
    /// <summary>Longest sequence in tokens when the options have none.</summary>
    public virtual int DefaultLength => 128;

    /// <summary>The shortest length that leaves room for the special tokens.</summary>
    public virtual int LeastLength => 2;

    /// <summary>Whether <see cref="TaskOptions.EvalSplit"/> can hold out training examples.</summary>
    public virtual bool CanHoldOut => false;

    /// <summary>Loads data and model and binds one to the other.</summary>
    /// <exception cref="InputException">A file, a model or a value is wrong.</exception>
    /// <exception cref="OptionException">Options contradict each other or do not fit the model.</exception>
    public abstract BoundTask Bind(TaskContext context);

    /// <summary>The first so many items.</summary>
    protected static IReadOnlyList<T> First<T>(IReadOnlyList<T> items, int? count)
    {
        ArgumentNullException.ThrowIfNull(items);
        return count is int limit && limit < items.Count ? [.. items.Take(limit)] : items;
    }
}
