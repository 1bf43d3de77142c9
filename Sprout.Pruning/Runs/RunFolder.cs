// The output folder of a run.
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Sprout.Bert.Files;
using Sprout.Bert.Sources;
using Sprout.Bert.Training;
using Sprout.Pruning.Inspection;
using Sprout.Pruning.Latency;
using Sprout.Tensors;
using Sprout.Tensors.IO;

namespace Sprout.Pruning.Runs;

/// <summary>The output folder of a run: who may write into it, and what is left in it at the end.</summary>
public static class RunFolder
{
    // What a run writes only sometimes, or merges into: of an earlier run it would pass for the new one's. Its weights stay until the new ones are there.
    private static readonly string[] Results =
    [
        PruningReport.ReportFile, LatencyTable.FileName, Checkpoint.ScoresFile, "all_results.json", "eval_results.json", ClassesJson.FileName,
        "train_results.json", "model_results.json", TrainerState.FileName,
    ];

    // What a run or a model has in its folder, weights and checkpoints aside.
    private static readonly string[] Names =
    [
        .. Results, .. HuggingFaceFolder.SettingsNames, Recipe.FileName, ModelCard.FileName, RunLog.FileName, RunLock.FileName, RunLock.HolderFile, LogFolder,
    ];

    private const string LogFolder = "runs";

    private const string LogFiles = "events.out.tfevents.*";

    /// <summary>Sprout's version, as runs tell it.</summary>
    internal static string? Version => typeof(RunFolder).Assembly.GetName().Version?.ToString(3);

    /// <summary>Where a folder's curves lie.</summary>
    public static string LogsOf(string folder) => Path.Combine(folder, LogFolder);

    /// <summary>Checks that a run may write into a folder, without touching it.</summary>
    /// <param name="folder">The folder, which need not exist.</param>
    /// <param name="recipe">The run's recipe.</param>
    /// <param name="resume">Continue the run that the folder holds; its recipe must be the same, but for <see cref="RecipeJson.IsFree"/>.</param>
    /// <param name="overwrite">Start anew.</param>
    /// <exception cref="OptionException">
    /// The folder is not empty, or holds no run that could be resumed, or one with other options, or would be replaced though it holds the start model or the
    /// teacher.
    /// </exception>
    /// <exception cref="InputException">There is a file of that name, or the folder cannot be read.</exception>
    public static void Check(string folder, Recipe recipe, bool resume, bool overwrite)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        OptionName output = new("Output"), again = new("Resume"), anew = new("Overwrite");
        if (resume && overwrite) throw OptionException.Of($"{again} and {anew} exclude each other.");
        if (File.Exists(folder)) throw InputException.Of($"{folder}: expected a folder for {output}, found a file.");
        try
        {
            // A run that was killed at once has left its lock, and perhaps a half of its first file.
            bool empty = !Directory.Exists(folder) || Directory.EnumerateFileSystemEntries(folder).All(
                entry => Path.GetFileName(entry) is RunLock.FileName or RunLock.HolderFile || AtomicFile.IsUnfinished(entry));
            if (!empty && !resume && !overwrite)
                throw OptionException.Of($"{output}: {folder} is not empty; give another folder, {again} to continue its run, or {anew} to replace it.");
            string path = Path.Combine(folder, Recipe.FileName);
            if (overwrite) RequireOutside(folder, recipe);
            if (resume && !empty && !File.Exists(path) && !Checkpoint.Any(folder))
                throw OptionException.Of($"{again}: expected the folder of a run, found {folder} without {Recipe.FileName} and without checkpoints.");
            if (resume && File.Exists(path)) RequireSame(Recipe.Load(path).ToJson(), recipe.ToJson(), folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Cannot read the output folder {folder}: {e.Message}", e);
        }
    }

    /// <summary>Whether a path is in a folder and has a name that a run or a model has there, whether there is such a file yet or not.</summary>
    /// <param name="folder">The folder, which need not exist.</param>
    /// <param name="path">The path.</param>
    public static bool Holds(string folder, string path)
    {
        string inside = Real(folder), full = Path.GetFullPath(path);
        if (Real(full) == inside) return true;
        // A link to the folder leads there too.
        full = Path.Join(Real(Path.GetDirectoryName(full) ?? full), Path.GetFileName(full));
        if (!full.StartsWith(inside, StringComparison.Ordinal)) return false;
        string name = full[inside.Length..].Split(Path.DirectorySeparatorChar)[0];
        // Some file systems take large letters for small ones.
        return Names.Contains(name, StringComparer.OrdinalIgnoreCase) || Checkpoint.IsName(name) || IsWeights(name);
    }

    private static bool IsWeights(string name) =>
        name.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".bin", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith(".index.json", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Prepares a folder that <see cref="Check"/> has found good: writes the recipe, removes what is left of a run that is replaced, and nothing else, and what
    /// killed runs left behind.
    /// </summary>
    /// <exception cref="InputException">The folder cannot be written.</exception>
    public static void Open(string folder, Recipe recipe, bool overwrite)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        try
        {
            bool replaces = overwrite && File.Exists(Path.Combine(folder, Recipe.FileName));
            // First, so that what a kill leaves of the old run is not taken for the run of the old recipe.
            WriteRecipe(folder, recipe);
            if (replaces) Clear(folder);
            AtomicFolder.Sweep(folder);
            AtomicFile.Sweep(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Cannot write the output folder {folder}: {e.Message}", e);
        }
    }

    private static void WriteRecipe(string folder, Recipe recipe)
    {
        JsonObject json = recipe.ToJson();
        json["output"] = folder;
        json["version"] = Version;
        json["machine"] = $"{Environment.MachineName}, {Environment.ProcessorCount} cores, "
            + $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";
        JsonFile.WriteSorted(Path.Combine(folder, Recipe.FileName), json);
    }

    /// <summary>Whether a run has come to its end: its results are there, and the checkpoint of its last step, which goes after them, is not.</summary>
    /// <exception cref="InputException">What the run left cannot be read.</exception>
    public static bool IsFinished(string folder)
    {
        string path = Path.Combine(folder, TrainerState.FileName);
        return File.Exists(path) && File.Exists(Path.Combine(folder, "all_results.json"))
            && !Checkpoint.Has(folder, TrainerState.Load(path).GlobalStep);
    }

    /// <summary>Checks that a run has not ended.</summary>
    /// <exception cref="OptionException">It has.</exception>
    public static void RequireUnfinished(string folder)
    {
        string path = Path.Combine(folder, TrainerState.FileName);
        if (!IsFinished(folder)) return;
        OptionName again = new("Resume"), anew = new("Overwrite");
        throw OptionException.Of($"{again}: the run in {folder} is finished, after step {TrainerState.Load(path).GlobalStep}; {anew} does it anew.");
    }

    /// <summary>Writes the metrics of a finished run: eval_results.json, train_results.json, model_results.json and all_results.json.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="metrics">What was measured.</param>
    /// <param name="cost">What the model costs.</param>
    /// <exception cref="InputException">A file cannot be written.</exception>
    public static void SaveResults(string folder, IReadOnlyDictionary<string, double> metrics, CostReport cost)
    {
        ArgumentNullException.ThrowIfNull(cost);
        Dictionary<string, double> evaluation = Part(metrics, "eval_");
        if (evaluation.Keys.Any(name => name != "epoch")) ResultsJson.Save(folder, "eval", evaluation);
        ResultsJson.Save(folder, "train", Part(metrics, "train_"));
        ResultsJson.Save(folder, "model", cost.Numbers());
    }

    private static void Clear(string folder)
    {
        Checkpoint.DeleteAll(folder);
        if (Directory.Exists(LogsOf(folder)))
            foreach (string log in Directory.EnumerateFiles(LogsOf(folder), LogFiles).ToList()) File.Delete(log);
        foreach (string name in Results) File.Delete(Path.Combine(folder, name));
        RunLog.Delete(folder);
        if (ModelCard.MayWrite(folder)) File.Delete(Path.Combine(folder, ModelCard.FileName));
    }

    private static Dictionary<string, double> Part(IReadOnlyDictionary<string, double> metrics, string prefix) =>
        metrics.Where(pair => pair.Key == "epoch" || pair.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary();

    // Sprout's own checkpoints go: none of them may be what the new run starts from.
    private static void RequireOutside(string folder, Recipe recipe)
    {
        string inside = Real(folder);
        (string Name, string? Path)[] read = [(nameof(recipe.Task.Model), recipe.Task.Model), (nameof(recipe.Task.Teacher), recipe.Task.Teacher)];
        foreach ((string name, string? path) in read)
        {
            if (path is null || !Real(path).StartsWith(inside, StringComparison.Ordinal)) continue;
            OptionName anew = new("Overwrite"), output = new("Output");
            throw OptionException.Of($"{anew} would replace {path}, which {new OptionName(name)} reads; give another folder for {output}.");
        }
    }

    // With a separator at its end, so that one folder's name may begin like another's.
    private static string Real(string folder) =>
        ((Directory.Exists(folder) ? new DirectoryInfo(folder).ResolveLinkTarget(returnFinalTarget: true)?.FullName : null) ?? Path.GetFullPath(folder))
        .TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar;

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
