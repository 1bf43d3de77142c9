// What a run leaves.
using Sprout.Bert.Metrics;
using Sprout.Pruning.Inspection;

namespace Sprout.Pruning.Runs;

/// <summary>What a finished run leaves.</summary>
/// <param name="Metrics">By Hugging Face names: eval_…, train_loss, train_runtime, epoch, ….</param>
/// <param name="Pruning">What pruning left of the model; null when nothing was pruned.</param>
/// <param name="Steps">Optimiser steps.</param>
/// <param name="Output">The folder with the model and everything about the run, or null.</param>
public sealed record RunResult(IReadOnlyDictionary<string, double> Metrics, PruningReport? Pruning, int Steps, string? Output)
{
    /// <summary>What was predicted for which class, by what follows the names of a set's metrics; empty when no classes were evaluated.</summary>
    public IReadOnlyDictionary<string, ClassReport> ClassReports { get; init; } = new Dictionary<string, ClassReport>();

    /// <summary>What the model costs, as <c>sprout inspect</c> tells it.</summary>
    public required CostReport Cost { get; init; }

    /// <summary>Steps of the model that was kept: all, or those of the best evaluation.</summary>
    public int KeptStep { get; init; } = Steps;

    /// <summary>Kept ÷ prunable weights; 1 when nothing was pruned.</summary>
    public double Density => Pruning?.Density ?? 1;
}
