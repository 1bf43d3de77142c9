// What was understood of a recipe.
using Sprout.Bert.Data;

namespace Sprout.Pruning.Runs;

/// <summary>What a run is about to do, for somebody to check before the first step.</summary>
/// <param name="Task">The task's name.</param>
/// <param name="Data">What was understood of its data.</param>
/// <param name="Pruning">What is pruned, and how.</param>
/// <param name="Steps">Optimiser steps in all.</param>
public sealed record RunSummary(string? Task, DataSummary Data, PruningOptions Pruning, int Steps)
{
    /// <summary>Whether anything can be pruned: without a penalty's weight the methods that have one keep everything.</summary>
    public bool Prunes => Pruning.IsPruning && (Pruning.Method is not ("soft-movement" or "l0") || Pruning.Lambda > 0 || Pruning.InitScores is not null);
}
