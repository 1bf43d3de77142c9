// Options that would have no effect.
using System.Text.Json.Nodes;
using Sprout.Pruning.Methods;
using Sprout.Pruning.Runs;
using Sprout.Tensors;

namespace Sprout.Cli.Options;

/// <summary>Refuses options that have no effect together with the others.</summary>
internal static class Effects
{
    private static readonly string[] OfPruning = ["density", "lambda", "init-scores"];
    private static readonly string[] OfTeachers = ["distill-alpha", "distill-temperature"];

    /// <summary>Checks the options that were given.</summary>
    /// <exception cref="OptionException">One has no effect.</exception>
    public static void Check(Recipe recipe, JsonObject given)
    {
        if (!recipe.Pruning.IsPruning) Refuse(given, OfPruning, $"--method; give one of {string.Join(", ", PruningMethods.Names)}");
        if (recipe.Task.Teacher is null) Refuse(given, OfTeachers, "--teacher");
    }

    private static void Refuse(JsonObject given, string[] keys, string needed)
    {
        foreach (string key in keys)
            if (given.ContainsKey(key)) throw new OptionException($"--{key} has no effect without {needed}.");
    }
}
