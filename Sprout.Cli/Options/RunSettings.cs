// The settings that a run left beside its model.
using System.Text.Json.Nodes;
using Sprout.Bert.Files;
using Sprout.Bert.Sources;
using Sprout.Pruning.Runs;

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
    /// <exception cref="Sprout.Tensors.InputException">The file that a run leaves cannot be read, or a setting is of the wrong kind.</exception>
    public static JsonObject Of(string? model, string[] keys, JsonObject given, Action<string> log)
    {
        var taken = new JsonObject();
        if (model is null || Left(model) is not (JsonObject run, string path)) return taken;
        JsonObject usual = new Recipe().ToJson();
        if (given["task"] is JsonNode task && !JsonNode.DeepEquals(task, run["task"])) return taken;
        foreach (string key in keys)
        {
            if (!given.ContainsKey(key) && run[key] is JsonNode value && !JsonNode.DeepEquals(value, usual[key])) taken[key] = value.DeepClone();
        }

        RecipeJson.Read(taken, path);
        if (taken.Count > 0) log($"As in {path}: {string.Join(", ", taken.Select(pair => $"--{pair.Key} {pair.Value}"))}.");
        return taken;
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
