// What surrounds a run without deciding its result.
using System.Text.Json.Nodes;
using Sprout.Bert.Data;
using Sprout.Bert.Training;
using Sprout.Tensors;

namespace Sprout.Pruning.Runs;

/// <summary>What surrounds a run: who listens, and what is not in its recipe because it is no text.</summary>
public sealed record RunSetup
{
    /// <summary>The task, such as a <see cref="ListTask"/> of examples in memory; null: the one that the recipe names.</summary>
    public TextTask? Task { get; init; }

    /// <summary>Continue the run in the output folder from its newest checkpoint.</summary>
    public bool Resume { get; init; }

    /// <summary>Replace the run in an output folder that is not empty.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Receives a report after every step and every batch of evaluation; null: nobody.</summary>
    public IProgress<TrainerProgress>? Progress { get; init; }

    /// <summary>Receives one sentence for each thing the user should know; null: nobody.</summary>
    public Action<string>? Note { get; init; }

    /// <summary>Makes the log of the curves, in the folder that it is given; null: none.</summary>
    public Func<string, ITrainingLog>? Log { get; init; }

    /// <summary>Receives one JSON object an evaluation example of the finished model; null: nobody.</summary>
    public Action<JsonObject>? Predictions { get; init; }

    /// <summary>The device, when the caller has opened one already and keeps owning it; null: the recipe's.</summary>
    public IBackend? Backend { get; init; }

    /// <summary>Receives what the run is about to do, when everything is loaded; null: nobody.</summary>
    public Action<RunSummary>? Understood { get; init; }

    /// <summary>Called when everything is loaded and the first step follows.</summary>
    public Action? Starting { get; init; }

    /// <summary>Called when the last step and its evaluation are done, before anything is saved.</summary>
    public Action? Trained { get; init; }
}
