// Checkpoints: everything that a run needs to continue with the same bits.
using System.Globalization;
using Sprout.Autograd;
using Sprout.Autograd.Optim;
using Sprout.Bert.Models;
using Sprout.Bert.Sources;
using Sprout.Tensors;
using Sprout.Tensors.IO;

namespace Sprout.Bert.Training;

/// <summary>
/// A folder <c>checkpoint-&lt;step&gt;</c> with unfolded weights, scores, optimiser moments and state. It is written beside and renamed, so it is there
/// whole or not at all.
/// </summary>
public static class Checkpoint
{
    private const string Prefix = "checkpoint-";
    private const string Partial = ".partial";
    private const string OptimizerFile = "optimizer.safetensors";

    /// <summary>The scores' file name.</summary>
    public const string ScoresFile = "scores.safetensors";

    /// <summary>The newest whole checkpoint of a run's folder, or null.</summary>
    public static string? Newest(string folder) => All(folder).LastOrDefault().Path;

    /// <summary>Writes a checkpoint and removes the oldest ones beyond the limit.</summary>
    /// <returns>The checkpoint's folder.</returns>
    /// <exception cref="InputException">It cannot be written; earlier checkpoints are untouched.</exception>
    public static string Save(string folder, TaskModel model, IPruner? pruner, AdamW optimizer, TrainerState state, double epoch, int totalSteps, int limit)
    {
        string path = Path.Combine(folder, Prefix + state.GlobalStep.ToString(CultureInfo.InvariantCulture));
        string partial = path + Partial;
        try
        {
            if (Directory.Exists(partial)) Directory.Delete(partial, recursive: true);
            Directory.CreateDirectory(partial);
            HuggingFaceFolder.SaveWeights(partial, model);
            if (pruner is { Scores.Count: > 0 }) TensorFile.Save(Path.Combine(partial, ScoresFile), Named(pruner.Scores));
            state.OptimizerSteps.Clear();
            foreach ((Parameter parameter, AdamW.State moments) in optimizer.States()) state.OptimizerSteps[parameter.Name] = moments.Step;
            TensorFile.Save(Path.Combine(partial, OptimizerFile), Moments(optimizer));
            state.Save(Path.Combine(partial, TrainerState.FileName), epoch, totalSteps);
            if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
            Directory.Move(partial, path);
            List<(int Step, string Path)> all = All(folder);
            foreach ((_, string old) in all.Take(Math.Max(0, all.Count - limit))) Directory.Delete(old, recursive: true);
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InputException)
        {
            DeletePartial(partial);
            throw new InputException($"Cannot write the checkpoint {path}: {e.Message}", e);
        }
    }

    /// <summary>Reads a checkpoint into a model, its pruner and its optimiser.</summary>
    /// <exception cref="InputException">The checkpoint is damaged or of another model.</exception>
    public static TrainerState Load(string path, TaskModel model, IPruner? pruner, AdamW optimizer)
    {
        TensorFile.Load(Path.Combine(path, HuggingFaceFolder.WeightsFile), Named(model.Parameters()));
        if (pruner is { Scores.Count: > 0 }) TensorFile.Load(Path.Combine(path, ScoresFile), Named(pruner.Scores));
        TrainerState state = TrainerState.Load(Path.Combine(path, TrainerState.FileName));
        TensorFile.Load(Path.Combine(path, OptimizerFile), Moments(optimizer));
        foreach ((Parameter parameter, AdamW.State moment) in optimizer.States()) moment.Step = state.OptimizerSteps.GetValueOrDefault(parameter.Name);
        return state;
    }

    /// <summary>Removes all checkpoints of a folder, whole and partial ones.</summary>
    public static void DeleteAll(string folder)
    {
        foreach (string path in Directory.EnumerateDirectories(folder, Prefix + "*").ToList()) Directory.Delete(path, recursive: true);
    }

    private static void DeletePartial(string partial)
    {
        try
        {
            if (Directory.Exists(partial)) Directory.Delete(partial, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The first error is the one worth reporting; a partial folder is never read.
        }
    }

    private static IEnumerable<(string, Tensor)> Named(IEnumerable<Parameter> parameters) => parameters.Select(parameter => (parameter.Name, parameter.Value));

    private static IEnumerable<(string, Tensor)> Moments(AdamW optimizer) =>
        optimizer.States().SelectMany(item =>
            ((string, Tensor)[])[("m." + item.Parameter.Name, item.State.Mean), ("v." + item.Parameter.Name, item.State.Variance)]);

    private static List<(int Step, string Path)> All(string folder)
    {
        var found = new List<(int Step, string Path)>();
        if (!Directory.Exists(folder)) return found;
        foreach (string path in Directory.EnumerateDirectories(folder, Prefix + "*"))
            if (int.TryParse(Path.GetFileName(path).AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int step))
                found.Add((step, path));
        found.Sort();
        return found;
    }
}
