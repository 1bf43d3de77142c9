// all_results.json and its parts.
using System.Text.Json.Nodes;
using Sprout.Bert.Files;
using Sprout.Tensors;

namespace Sprout.Pruning.Runs;

/// <summary>Writes metrics as transformers' <c>Trainer.save_metrics</c> does: one file a part and one with everything.</summary>
public static class ResultsJson
{
    private const string Combined = "all";

    /// <summary>Writes <c>{part}_results.json</c> and merges the same keys into <c>all_results.json</c>; keys sorted, numbers in shortest form.</summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="part"><c>train</c>, <c>eval</c>, <c>model</c> or <c>predict</c>.</param>
    /// <param name="metrics">
    /// Values by their Hugging Face names, e.g. <c>eval_accuracy</c>; a value that is not finite becomes null, for JSON has no word for it.
    /// </param>
    /// <exception cref="InputException">A file cannot be written, or an old <c>all_results.json</c> is not a JSON object.</exception>
    public static void Save(string folder, string part, IReadOnlyDictionary<string, double> metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        JsonFile.WriteSorted(PathOf(folder, part), Merge([], metrics));
        string combined = PathOf(folder, Combined);
        JsonFile.WriteSorted(combined, Merge(File.Exists(combined) ? JsonFile.ReadObject(combined) : [], metrics));
    }

    private static string PathOf(string folder, string part) => Path.Combine(folder, $"{part}_results.json");

    private static JsonObject Merge(JsonObject json, IReadOnlyDictionary<string, double> metrics)
    {
        foreach ((string key, double value) in metrics) json[key] = double.IsFinite(value) ? value : null;
        return json;
    }
}
