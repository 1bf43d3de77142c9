// The output folder of a run.
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Sprout.Bert.Files;
using Sprout.Bert.Training;
using Sprout.Tensors;

namespace Sprout.Pruning.Runs;

/// <summary>The output folder of a run: who may write into it, and what is left in it at the end.</summary>
public static class RunFolder
{
    // What a run writes only sometimes, or merges into: of an earlier run it would pass for the new one's. Weights stay, they may be the new run's start.
    private static readonly string[] Results =
    [
        PruningReport.ReportFile, Checkpoint.ScoresFile, "all_results.json", "eval_results.json", ClassesJson.FileName, "train_results.json",
        TrainerState.FileName,
    ];

    /// <summary>Where a folder's curves lie.</summary>
    public static string LogsOf(string folder) => Path.Combine(folder, "runs");

    /// <summary>Checks that a run may write into a folder, without touching it.</summary>
    /// <param name="folder">The folder, which need not exist.</param>
    /// <param name="recipe">The run's recipe.</param>
    /// <param name="resume">Continue the run that the folder holds; its recipe must be the same, but for <see cref="RecipeJson.IsFree"/>.</param>
    /// <param name="overwrite">Start anew.</param>
    /// <exception cref="OptionException">The folder is not empty, or the resumed run had other options.</exception>
    /// <exception cref="InputException">There is a file of that name, or the folder cannot be read.</exception>
    public static void Check(string folder, Recipe recipe, bool resume, bool overwrite)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        OptionName output = new("Output"), again = new("Resume"), anew = new("Overwrite");
        if (resume && overwrite) throw OptionException.Of($"{again} and {anew} exclude each other.");
        if (File.Exists(folder)) throw InputException.Of($"{folder}: expected a folder for {output}, found a file.");
        try
        {
            bool empty = !Directory.Exists(folder) || !Directory.EnumerateFileSystemEntries(folder).Any();
            if (!empty && !resume && !overwrite)
                throw OptionException.Of($"{output}: {folder} is not empty; give another folder, {again} to continue its run, or {anew} to replace it.");
            string path = Path.Combine(folder, Recipe.FileName);
            if (resume && File.Exists(path)) RequireSame(Recipe.Load(path).ToJson(), recipe.ToJson(), folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Cannot read the output folder {folder}: {e.Message}", e);
        }
    }

    /// <summary>Prepares a folder that <see cref="Check"/> has found good: removes what is left of a run that is replaced, and writes the recipe.</summary>
    /// <exception cref="InputException">The folder cannot be written.</exception>
    public static void Open(string folder, Recipe recipe, bool overwrite)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        try
        {
            Directory.CreateDirectory(folder);
            if (overwrite) Clear(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Cannot write the output folder {folder}: {e.Message}", e);
        }

        JsonObject json = recipe.ToJson();
        json["output"] = folder;
        json["version"] = typeof(RunFolder).Assembly.GetName().Version?.ToString(3);
        json["machine"] = $"{Environment.MachineName}, {Environment.ProcessorCount} cores, "
            + $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";
        JsonFile.WriteSorted(Path.Combine(folder, Recipe.FileName), json);
    }

    /// <summary>Writes the metrics of a finished run: eval_results.json, train_results.json and all_results.json.</summary>
    /// <exception cref="InputException">A file cannot be written.</exception>
    public static void SaveResults(string folder, IReadOnlyDictionary<string, double> metrics)
    {
        ResultsJson.Save(folder, "eval", Part(metrics, "eval_"));
        ResultsJson.Save(folder, "train", Part(metrics, "train_"));
    }

    private static void Clear(string folder)
    {
        Checkpoint.DeleteAll(folder);
        if (Directory.Exists(LogsOf(folder))) Directory.Delete(LogsOf(folder), recursive: true);
        foreach (string name in Results) File.Delete(Path.Combine(folder, name));
    }

    private static Dictionary<string, double> Part(IReadOnlyDictionary<string, double> metrics, string prefix) =>
        metrics.Where(pair => pair.Key == "epoch" || pair.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary();

    private static void RequireSame(JsonObject before, JsonObject now, string folder)
    {
        foreach ((string key, JsonNode? value) in now)
        {
            if (RecipeJson.IsFree(key) || JsonNode.DeepEquals(before[key], value)) continue;
            string was = before[key]?.ToJsonString() ?? "unset", found = value?.ToJsonString() ?? "unset";
            OptionName resume = new("Resume"), option = new(RecipeJson.PropertyOf(key));
            throw OptionException.Of($"{resume}: the run in {folder} was started with {option} {was}, found {found}; its options must be the same.");
        }
    }
}
