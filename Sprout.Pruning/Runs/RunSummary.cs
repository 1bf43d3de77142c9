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
}
