// The settings that a run left beside its model.
using System.Text.Json.Nodes;
using Sprout.Bert.Files;
using Sprout.Bert.Models;
using Sprout.Bert.Sources;
using Sprout.Bert.Tasks;
using Sprout.Pruning.Runs;
using Sprout.Tensors;

namespace Sprout.Cli.Options;

/// <summary>What decides a model's input and answers, as its run had it: the basis of commands that use the model.</summary>
internal static class RunSettings
{
    /// <summary>How texts are cut, and how long answers are.</summary>
    public static readonly string[] OfTexts = ["max-length", "doc-stride", "max-query-length", "max-answer-length"];

    /// <summary>Which texts, how they are cut, and how answers are searched and measured; nothing of where data is or how the model learned.</summary>
    public static readonly string[] OfEvaluation =
        ["max-length", "task", "text-column", "pair-column", "label-column", "loss", "doc-stride", "max-query-length", "max-answer-length", "n-best"];

    /// <summary>The settings of a model's run that go along with the model into a file; null when there was no run.</summary>
    /// <exception cref="Sprout.Tensors.InputException">The file that a run leaves cannot be read.</exception>
    public static JsonObject? ToCarry(string model) => Left(model) is (JsonObject run, _)
        ? new JsonObject(OfEvaluation.Where(run.ContainsKey).Select(key => KeyValuePair.Create(key, run[key]?.DeepClone())))
        : null;

    /// <summary>The settings of a model's run that a command has not been given; none when there was no run, or one of another task.</summary>
    /// <param name="model">The model's folder or file; null: none.</param>
    /// <param name="keys">The settings that the command has.</param>
    /// <param name="given">The command's options.</param>
    /// <param name="log">Receives what was taken over.</param>
    /// <exception cref="InputException">
    /// The file that a run leaves cannot be read, a setting is of the wrong kind, or the model's configuration contradicts it.
    /// </exception>
    public static JsonObject Of(string? model, string[] keys, JsonObject given, Action<string> log)
    {
        var taken = new JsonObject();
        // Before the task that its run would have told is missed.
        if (model is not null && !Path.Exists(model)) throw new InputException($"{model}: expected a model folder or a sparse model file, found nothing.");
        if (model is null || Left(model) is not (JsonObject run, string path)) return taken;
        JsonObject usual = new Recipe().ToJson();
        RequireSameKind(model, run, path);
        if (given["task"] is JsonNode task && !JsonNode.DeepEquals(task, run["task"])) return taken;
        foreach (string key in keys)
        {
            if (!given.ContainsKey(key) && run[key] is JsonNode value && !JsonNode.DeepEquals(value, usual[key])) taken[key] = value.DeepClone();
        }

        RecipeJson.Read(taken, path);
        if (taken.Count > 0) log($"As in {path}: {string.Join(", ", taken.Select(pair => $"--{pair.Key} {pair.Value}"))}.");
        return taken;
    }

    // What a run of the task text was asked for, and what the model says of itself.
    private static void RequireSameKind(string model, JsonObject run, string path)
    {
        string config = Path.Combine(model, ModelConfig.FileName);
        if (!File.Exists(config) || run["task"]?.ToString() != TaskRegistry.Text) return;
        string? kind = JsonFile.ReadObject(config)["problem_type"]?.ToString();
        foreach ((string key, string asked) in ((string, string)[])[("multi-label", "multi_label_classification"), ("regression", "regression")])
        {
            string? value = run[key]?.ToString();
            bool contradicts = value == "true" ? kind != asked : value == "false" && kind == asked;
            if (contradicts) throw new InputException($"{config}: problem_type: expected what {path} has, {key} {value}, found {kind ?? "none"}.");
        }
    }

    // What a run left beside its folder, or in its file.
    private static (JsonObject Run, string Path)? Left(string model)
    {
        string path = Path.Combine(model, Recipe.FileName);
        if (Directory.Exists(model)) return File.Exists(path) ? (JsonFile.ReadObject(path), path) : null;
        if (!File.Exists(model)) return null;
        using var file = new SparseFile(model);
        return file.ReadObject(Recipe.FileName) is JsonObject run ? (run, $"{model}: {Recipe.FileName}") : null;
    }
}
