// README.md.
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sprout.Bert.Models;
using Sprout.Bert.Training;
using Sprout.Tensors;
using Sprout.Tensors.IO;

namespace Sprout.Pruning.Runs;

/// <summary>The model card that a run leaves, in the form of Hugging Face: what was trained on what, how, and what came of it.</summary>
public static class ModelCard
{
    /// <summary>The file's name in a run's folder.</summary>
    public const string FileName = "README.md";

    private const string Marker = "<!-- Written by Sprout, which replaces this file as long as this line is in it. -->";

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether a run may write the file: there is none, or one that Sprout wrote.</summary>
    public static bool MayWrite(string folder)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            return !Path.Exists(path) || (FileKind.Of(path) is null && File.ReadLines(path).Contains(Marker));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Writes the file; one that Sprout did not write stays as it is.</summary>
    /// <param name="folder">The run's folder, with its model.</param>
    /// <param name="recipe">What was done.</param>
    /// <param name="summary">What was understood of it.</param>
    /// <param name="result">What came of it.</param>
    /// <param name="model">The model, masks made permanent.</param>
    /// <param name="primaryMetric">The metric that sums up an evaluation, as in "eval_accuracy".</param>
    /// <returns>Whether it was written.</returns>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static bool Save(string folder, Recipe recipe, RunSummary summary, RunResult result, TaskModel model, string primaryMetric)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(summary);
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(primaryMetric);
        if (!MayWrite(folder)) return false;
        string text = Header(summary, result, model, primaryMetric) + Body(folder, recipe, summary, result, primaryMetric);
        AtomicFile.WriteText(Path.Combine(folder, FileName), text);
        return true;
    }

    private static string Header(RunSummary summary, RunResult result, TaskModel model, string primaryMetric)
    {
        string[] tags = ["sprout", model.Config.ModelType, .. result.Pruning is { Density: < 1 } report ? (string[])["pruned", report.Method] : []];
        var text = new StringBuilder("---\nlibrary_name: transformers\n");
        text.Append(CultureInfo.InvariantCulture, $"pipeline_tag: {Pipeline(model)}\n");
        text.Append("tags:\n").AppendJoin("", tags.Select(tag => $"- {tag}\n"));
        if (result.Metrics.ContainsKey(primaryMetric)) text.Append(CultureInfo.InvariantCulture, $"metrics:\n- {primaryMetric[5..]}\n");
        return text.Append(CultureInfo.InvariantCulture, $"---\n\n{Marker}\n").ToString();
    }

    private static string Body(string folder, Recipe recipe, RunSummary summary, RunResult result, string primaryMetric)
    {
        string how = result.Pruning is null ? "" : $", pruned by {result.Pruning.Method}";
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"\n# {name}\n\nTask {summary.Task}{how}; ");
        text.Append(CultureInfo.InvariantCulture, $"made by Sprout {RunFolder.Version} with seed {recipe.Training.Seed}.\n");
        IEnumerable<string> sentences = [.. summary.Describe(), .. Kept(recipe, summary, result, primaryMetric)];
        text.Append("\n## Data and training\n").AppendJoin("", sentences.Select(sentence => $"- {sentence}\n"));
        text.Append("\n## Results\n| metric | value |\n|---|---|\n");
        foreach ((string metric, double value) in result.Metrics.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"| {metric} | {value:0.######} |\n");
        text.Append("\n## Size and cost\n| what | value |\n|---|---|\n");
        foreach ((string what, string value) in result.Cost.Describe()) text.Append(CultureInfo.InvariantCulture, $"| {what} | {value} |\n");
        if (result.Pruning?.PredictedSpeedup is double speedup) text.Append(CultureInfo.InvariantCulture, $"| predicted speed-up | {speedup:0.00} |\n");
        text.Append("\n## Recipe\nThe options that are not the defaults; `training_options.json` has all.\n");
        return text.Append(CultureInfo.InvariantCulture, $"```json\n{Chosen(recipe).ToJsonString(Readable)}\n```\n").ToString();
    }

    // What pruning to a speed-up kept, which step's model this is, and by what it was chosen.
    private static IEnumerable<string> Kept(Recipe recipe, RunSummary summary, RunResult result, string primaryMetric)
    {
        TrainingOptions training = recipe.Training;
        if (result.Pruning?.SpeedupText is string speedup) yield return speedup;
        string metric = training.BestMetric ?? primaryMetric;
        if (!metric.StartsWith("eval_", StringComparison.Ordinal)) metric = "eval_" + metric;
        if (result.Steps < summary.Steps)
            yield return $"Ended after step {result.Steps} of {summary.Steps}: {training.Patience} evaluations without a better {metric}.";
        if (training.Keep == KeptModel.Best)
        {
            string value = result.Metrics.TryGetValue(metric, out double found) ? FormattableString.Invariant($", {found:0.######}") : "";
            yield return $"The model is that of step {result.KeptStep} of {result.Steps}, whose {metric} was the best{value}.";
        }
    }

    private static JsonObject Chosen(Recipe recipe)
    {
        JsonObject usual = new Recipe().ToJson();
        return new JsonObject(recipe.ToJson().Where(pair => !JsonNode.DeepEquals(pair.Value, usual[pair.Key]))
            .Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())));
    }

    private static string Pipeline(TaskModel model) => model switch
    {
        SpanExtractor => "question-answering",
        MaskedLanguageModel => "fill-mask",
        _ => "text-classification",
    };
}
