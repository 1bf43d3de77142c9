// The tasks by name.
using Sprout.Bert.Data;
using Sprout.Tensors;

namespace Sprout.Bert.Tasks;

/// <summary>The tasks by name. A program adds its own with <see cref="Register(string, TrainingTask)"/>; then its runs know it.</summary>
public static class TaskRegistry
{
    /// <summary>Question answering in the layout of SQuAD v1.1.</summary>
    public const string Squad = "squad";

    /// <summary>The user's own tables.</summary>
    public const string Text = "text";

    /// <summary>Masked language modelling: pre-training.</summary>
    public const string MaskedLM = "masked-lm";

    private static readonly Registry<TrainingTask> Known = Create();

    /// <summary>The names.</summary>
    public static IReadOnlyCollection<string> Names => Known.Names;

    /// <summary>Adds a task; call it before a run starts.</summary>
    /// <exception cref="ArgumentException">The name is taken, or no name.</exception>
    public static void Register(string name, TrainingTask task) => Known.Add(name, task);

    /// <summary>Adds a classification or regression of texts; call it before a run starts.</summary>
    /// <exception cref="ArgumentException">The name is taken, or no name.</exception>
    public static void Register(TextTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        Register(task.Name, new TextTrainingTask(task));
    }

    /// <summary>The task of a name.</summary>
    /// <exception cref="OptionException">There is no such task.</exception>
    public static TrainingTask Get(string? name) =>
        name is not null && Known.Find(name) is { } task ? task
            : throw OptionException.Expected("Task", $"one of {string.Join(", ", Names)}", name is null ? null : $"\"{name}\"");

    private static Registry<TrainingTask> Create()
    {
        var known = new Registry<TrainingTask>("task");
        foreach (string name in GlueTasks.Names) known.Add(name, new TextTrainingTask(GlueTasks.Get(name)));
        return known.Add(Squad, new SquadTask()).Add(Text, new TextTrainingTask(OwnTable)).Add(MaskedLM, new MaskedLMTask());
    }

    // The training file defines the classes; without one it is the model that knows them.
    private static CustomTextTask OwnTable(TaskContext context) => context.Train
        ? CustomTextTask.FromTrainFile(context.Options.Files, context.Options.Columns, context.Options.Regression)
        : CustomTextTask.FromModel(
            TextTrainingTask.LabelsOrMadeUp(context.Config), context.Options.Columns with { IsMultiLabel = context.Config.IsMultiLabel });
}
