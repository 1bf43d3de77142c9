// Everything that decides a run.
using System.Text.Json.Nodes;
using Sprout.Bert.Files;
using Sprout.Bert.Objectives;
using Sprout.Bert.Tasks;
using Sprout.Bert.Training;
using Sprout.Pruning.Methods;
using Sprout.Tensors;
using Sprout.Tensors.Devices;

namespace Sprout.Pruning.Runs;

/// <summary>
/// Everything that decides a run: <see cref="Run"/> carries it out. As JSON it is the <c>training_options.json</c> that a run leaves:
/// one flat object of all options.
/// </summary>
public sealed record Recipe
{
    /// <summary>The file's name in a run's folder.</summary>
    public const string FileName = "training_options.json";

    /// <summary>Model, task, data and teacher.</summary>
    public TaskOptions Task { get; init; } = new();

    /// <summary>Length, rates, order, logging and saving.</summary>
    public TrainingOptions Training { get; init; } = new();

    /// <summary>What is pruned meanwhile, and how.</summary>
    public PruningOptions Pruning { get; init; } = new();

    /// <summary>Where to compute.</summary>
    public DeviceOptions Device { get; init; } = new();

    /// <summary>Reads a recipe; options that the file does not have keep their defaults.</summary>
    /// <exception cref="InputException">The file cannot be read, has an option that there is not, or a value of the wrong kind.</exception>
    public static Recipe Load(string path) => RecipeJson.Read(JsonFile.ReadObject(path), path);

    /// <summary>All options by name, those of one part after the other.</summary>
    public JsonObject ToJson() => RecipeJson.Write(this);

    /// <summary>Checks what can be checked before anything is loaded.</summary>
    /// <param name="ownTask">Whether the task is the caller's and not the one that the options name.</param>
    /// <exception cref="OptionException">An option is out of range, or names what there is not.</exception>
    public void Validate(bool ownTask = false)
    {
        Task.Validate();
        if (!ownTask) TaskRegistry.Get(Task.Task);
        if (Task.Loss is not null) TextLosses.RequireKnown(Task.Loss);
        Training.Validate();
        Pruning.Validate();
        if (Pruning.IsPruning) PruningMethods.Create(Pruning);
    }
}
