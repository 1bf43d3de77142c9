// The output folder of a run.
using System.Text.Json.Nodes;
using Sprout.Bert.Reporting;
using Sprout.Tensors;

namespace Sprout.Bert.Training;

/// <summary>The output folder of a run: who may write into it, and what is left in it at the end.</summary>
public static class RunFolder
{
    private const string OptionsFile = "training_options.json";

    // What may differ between a run and its continuation without changing a bit of the result.
    private static readonly string[] Free = ["output", "resume", "overwrite", "threads", "device", "json", "machine", "version", "logging-steps", "save-every", "save-total-limit", "predictions"];

    // What a run writes only sometimes, or merges into: of an earlier run it would pass for the new one's. Weights stay, they may be the new run's start.
    private static readonly string[] Results = ["pruning.json", "scores.safetensors", "all_results.json", "eval_results.json", "train_results.json", TrainerState.FileName];

    /// <summary>Prepares the folder: refuses one that is not empty unless it is resumed or overwritten.</summary>
    /// <param name="folder">The folder; created when missing.</param>
    /// <param name="settings">Every option with its value.</param>
    /// <param name="resume">Continue the run that the folder holds; its options must be the same.</param>
    /// <param name="overwrite">Start anew; checkpoints, logs and results of an earlier run are removed.</param>
    /// <exception cref="OptionException">The folder is not empty, or the options of the resumed run differ.</exception>
    /// <exception cref="InputException">The folder cannot be written.</exception>
    public static void Open(string folder, JsonObject settings, bool resume, bool overwrite)
    {
        if (resume && overwrite) throw new OptionException("--resume and --overwrite exclude each other.");
        if (File.Exists(folder)) throw new InputException($"{folder}: expected a folder for --output, found a file.");
        try
        {
            Directory.CreateDirectory(folder);
            string path = Path.Combine(folder, OptionsFile);
            bool empty = !Directory.EnumerateFileSystemEntries(folder).Any();
            if (!empty && !resume && !overwrite) throw new OptionException($"--output: {folder} is not empty; give another folder, --resume to continue its run, or --overwrite to replace it.");
            if (resume && File.Exists(path)) RequireSame(JsonFile.ReadObject(path), settings, path);
            if (overwrite) Clear(folder);
            JsonFile.WriteSorted(path, settings);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Cannot write the output folder {folder}: {e.Message}", e);
        }
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
        string board = Path.Combine(folder, "runs");
        if (Directory.Exists(board)) Directory.Delete(board, recursive: true);
        foreach (string name in Results) File.Delete(Path.Combine(folder, name));
    }

    private static Dictionary<string, double> Part(IReadOnlyDictionary<string, double> metrics, string prefix) =>
        metrics.Where(pair => pair.Key == "epoch" || pair.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary();

    private static void RequireSame(JsonObject old, JsonObject settings, string path)
    {
        foreach ((string name, JsonNode? value) in settings)
        {
            if (Free.Contains(name) || !old.TryGetPropertyValue(name, out JsonNode? before)) continue;
            if (!JsonNode.DeepEquals(before, value))
                throw new OptionException($"--resume: the run in {Path.GetDirectoryName(path)} was started with --{name} {before?.ToJsonString() ?? "unset"}, found {value?.ToJsonString() ?? "unset"}; its options must be the same.");
        }
    }
}
