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
/// A folder <c>checkpoint-&lt;step&gt;</c> with unfolded weights, scores, optimiser moments and state, and a <see cref="CheckpointManifest"/> of all of
/// them. It is written beside and renamed, so it is there whole or not at all.
/// </summary>
public static class Checkpoint
{
    private const string Prefix = "checkpoint-";
    private const string Partial = ".partial";
    private const string Aside = ".replaced";
    private const string OptimizerFile = "optimizer.safetensors";

    private static readonly string[] Needed = [HuggingFaceFolder.WeightsFile, OptimizerFile, TrainerState.FileName];

    /// <summary>The scores' file name.</summary>
    public const string ScoresFile = "scores.safetensors";

    /// <summary>The newest checkpoint of a run's folder that is whole, or null.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="identity">What the run says of itself, see <see cref="CheckpointManifest"/>.</param>
    /// <param name="note">Receives a sentence for every newer one that is damaged; null: nobody.</param>
    /// <exception cref="InputException">The newest whole one is of another run, or there are checkpoints and none is whole.</exception>
    public static string? Newest(string folder, string identity = "", Action<string>? note = null)
    {
        string? newest = null;
        foreach ((_, string path) in Enumerable.Reverse(All(folder)))
        {
            if (CheckpointManifest.Damage(path, identity, Needed) is not string damage) return path;
            newest ??= $"{path}: expected a whole checkpoint, but {damage}";
            note?.Invoke($"{path} is passed over: {damage}.");
        }

        return newest is null ? null : throw new InputException($"{newest}; {folder} has no other one that is whole.");
    }

    /// <summary>Whether a folder has anything that is called a checkpoint.</summary>
    public static bool Any(string folder) => All(folder).Count > 0;

    /// <summary>Writes a checkpoint and removes the oldest ones beyond the limit.</summary>
    /// <returns>The checkpoint's folder.</returns>
    /// <exception cref="InputException">It cannot be written; earlier checkpoints are untouched.</exception>
    public static string Save(
        string folder, TaskModel model, IPruner? pruner, AdamW optimizer, TrainerState state, double epoch, int totalSteps, int limit, string identity = "")
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
            CheckpointManifest.Write(partial, identity);
            Replace(partial, path);
            List<(int Step, string Path)> all = All(folder);
            foreach ((_, string old) in all.Take(Math.Max(0, all.Count - limit))) DeleteOwn(old);
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
        string stateFile = Path.Combine(path, TrainerState.FileName);
        TrainerState state = TrainerState.Load(stateFile);
        if (StepOf(path) is int step && step != state.GlobalStep)
            throw new InputException($"{stateFile}: global_step: expected {step}, as its folder says, found {state.GlobalStep}.");
        TensorFile.Load(Path.Combine(path, OptimizerFile), Moments(optimizer));
        foreach ((Parameter parameter, AdamW.State moment) in optimizer.States())
        {
            if (!state.OptimizerSteps.TryGetValue(parameter.Name, out int updates) || updates > state.GlobalStep)
                throw new InputException($"{stateFile}: optimizer_steps: expected at most {state.GlobalStep} updates of {parameter.Name}, found "
                    + (updates > 0 ? $"{updates}." : "nothing."));
            moment.Step = updates;
        }

        return state;
    }

    /// <summary>Removes the checkpoint of a step.</summary>
    public static void Delete(string folder, int step)
    {
        foreach ((int found, string path) in All(folder))
            if (found == step) DeleteOwn(path);
    }

    /// <summary>Removes all checkpoints of a folder: numbered folders that hold a trainer's state.</summary>
    public static void DeleteAll(string folder)
    {
        foreach ((_, string path) in All(folder)) DeleteOwn(path);
    }

    /// <summary>Removes what a killed run left of checkpoints, and brings back one that it was about to replace.</summary>
    public static void Sweep(string folder)
    {
        foreach (string path in Directory.EnumerateDirectories(folder, Prefix + "*" + Aside).ToList())
        {
            string kept = path[..^Aside.Length];
            if (StepOf(kept) is null) continue;
            if (Directory.Exists(kept)) Directory.Delete(path, recursive: true);
            else Directory.Move(path, kept);
        }

        foreach (string path in Directory.EnumerateDirectories(folder, Prefix + "*" + Partial).ToList())
            if (StepOf(path[..^Partial.Length]) is not null) Directory.Delete(path, recursive: true);
    }

    // The old one is deleted when the new one is there.
    private static void Replace(string partial, string path)
    {
        string aside = path + Aside;
        if (Directory.Exists(aside)) Directory.Delete(aside, recursive: true);
        if (Directory.Exists(path) && !IsOwn(path)) throw new IOException($"expected no folder {path}, found one that is no checkpoint of Sprout");
        if (Directory.Exists(path)) Directory.Move(path, aside);
        Directory.Move(partial, path);
        if (Directory.Exists(aside)) Directory.Delete(aside, recursive: true);
    }

    private static bool IsOwn(string path) => File.Exists(Path.Combine(path, TrainerState.FileName));

    private static void DeleteOwn(string path)
    {
        if (IsOwn(path)) Directory.Delete(path, recursive: true);
    }

    // The number of checkpoint-<step>; null of another name.
    private static int? StepOf(string path) =>
        Path.GetFileName(path).StartsWith(Prefix, StringComparison.Ordinal)
            && int.TryParse(Path.GetFileName(path).AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int step) ? step : null;

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
            if (StepOf(path) is int step) found.Add((step, path));
        found.Sort();
        return found;
    }
}
