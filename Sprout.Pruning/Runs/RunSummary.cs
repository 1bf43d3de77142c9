// What was understood of a recipe.
using Sprout.Bert.Data;
using Sprout.Pruning.Methods;

namespace Sprout.Pruning.Runs;

/// <summary>What a run is about to do, for somebody to check before the first step.</summary>
/// <param name="Task">The task's name.</param>
/// <param name="Data">What was understood of its data.</param>
/// <param name="Pruning">What is pruned, and how.</param>
/// <param name="Steps">Optimiser steps in all.</param>
public sealed record RunSummary(string? Task, DataSummary Data, PruningOptions Pruning, int Steps)
{
    /// <summary>Whether anything can be pruned, see <see cref="PruningMethod.KeepsAll"/>.</summary>
    public bool Prunes => Pruning.IsPruning && !PruningMethods.Create(Pruning).KeepsAll;

    /// <summary>The same in sentences.</summary>
    public IEnumerable<string> Describe() => [.. Data.Describe(Task), DescribePruning()];

    private string DescribePruning()
    {
        string steps = $"{Steps} steps";
        if (Pruning.KeepZeros) return $"{steps}; the encoder's weights that are 0 stay 0, nothing else is pruned.";
        if (!Pruning.IsPruning) return $"{steps}; nothing is pruned.";
        if (!Prunes) return $"{steps}; nothing is pruned: {Pruning.Method} with lambda 0 keeps all weights but those that training itself pushes out.";
        string target = Pruning.Speedup is double speedup ? FormattableString.Invariant($"to a predicted speed-up of {speedup}")
            : Pruning.Density is double density ? FormattableString.Invariant($"to density {density}")
            : Pruning.Method == "soft-movement" ? FormattableString.Invariant($"with lambda {Pruning.Lambda} and threshold {Pruning.Threshold}")
            : FormattableString.Invariant($"with lambda {Pruning.Lambda}");
        return $"{steps}; the encoder's {(Pruning.Speedup is null ? "matrices" : "heads and neurons")} are pruned by {Pruning.Method} {target}.";
    }
}
