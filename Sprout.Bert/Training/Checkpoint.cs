// Checkpoints: everything that a run needs to continue with the same bits.
using System.Globalization;
using System.Security.Cryptography;
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
    private const string OptimizerFile = "optimizer.safetensors";

    private static readonly IReadOnlyDictionary<string, string> Nothing = new Dictionary<string, string>();
    private static readonly string[] Needed = [HuggingFaceFolder.WeightsFile, OptimizerFile, TrainerState.FileName];

    /// <summary>The scores' file name.</summary>
    public const string ScoresFile = "scores.safetensors";

    /// <summary>The newest checkpoint of a run's folder that is whole, or null.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="identity">What the run says of itself, see <see cref="CheckpointManifest"/>; null: nothing.</param>
    /// <param name="note">Receives a sentence for every newer one that is damaged; null: nobody.</param>
    /// <exception cref="InputException">The newest whole one is of another run, or there are checkpoints and none is whole.</exception>
    public static string? Newest(string folder, IReadOnlyDictionary<string, string>? identity = null, Action<string>? note = null)
    {
        string? newest = null;
        foreach ((_, string path) in Enumerable.Reverse(All(folder)))
        {
            if (CheckpointManifest.Damage(path, identity ?? Nothing, Needed) is not string damage) return path;
            newest ??= $"{path}: expected a whole checkpoint, but {damage}";
            note?.Invoke($"{path} is passed over: {damage}.");
        }

        return newest is null ? null : throw new InputException($"{newest}; {folder} has no other one that is whole.");
    }

    /// <summary>What is wrong with the checkpoint of a step; null when it is whole.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="step">Steps done.</param>
    /// <param name="identity">What the run says of itself.</param>
    /// <exception cref="InputException">It is another run's.</exception>
    public static string? Damage(string folder, int step, IReadOnlyDictionary<string, string>? identity = null)
    {
        string path = PathOf(folder, step);
        return Directory.Exists(path) ? CheckpointManifest.Damage(path, identity ?? Nothing, Needed) : "it is not there";
    }

    /// <summary>Whether a folder has a checkpoint of a step, whole or not.</summary>
    public static bool Has(string folder, int step) => Directory.Exists(PathOf(folder, step));

    /// <summary>Whether a folder has anything that is called a checkpoint.</summary>
    public static bool Any(string folder) => All(folder).Count > 0;

    /// <summary>Whether a folder of this name would be a checkpoint.</summary>
    public static bool IsName(string name) => StepOf(name) is not null;

    /// <summary>Writes a checkpoint and removes the oldest ones beyond the limit, which <paramref name="spare"/> is not one of.</summary>
    /// <returns>The checkpoint's folder.</returns>
    /// <exception cref="InputException">It cannot be written; earlier checkpoints are untouched.</exception>
    public static string Save(
        string folder, TaskModel model, IPruner? pruner, AdamW optimizer, TrainerState state, double epoch, int totalSteps, int limit,
        IReadOnlyDictionary<string, string>? identity = null, int? spare = null)
    {
        string path = PathOf(folder, state.GlobalStep);
        try
        {
            if (Directory.Exists(path) && !IsOwn(path)) throw new IOException($"expected no folder {path}, found one that is no checkpoint of Sprout");
            AtomicFolder.Write(path, partial =>
            {
                var hashes = new Dictionary<string, string>();
                void Write(string name, IEnumerable<(string, Tensor)> tensors)
                {
                    using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                    TensorFile.Save(Path.Combine(partial, name), tensors, hash);
                    hashes[name] = Convert.ToHexStringLower(hash.GetHashAndReset());
                }

                Write(HuggingFaceFolder.WeightsFile, Named(model.Parameters()));
                if (pruner is { Scores.Count: > 0 }) Write(ScoresFile, Named(pruner.Scores));
                state.OptimizerSteps.Clear();
                foreach ((Parameter parameter, AdamW.State moments) in optimizer.States()) state.OptimizerSteps[parameter.Name] = moments.Step;
                Write(OptimizerFile, Moments(optimizer));
                state.Save(Path.Combine(partial, TrainerState.FileName), epoch, totalSteps);
                CheckpointManifest.Write(partial, identity ?? Nothing, hashes);
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InputException)
        {
            throw new InputException($"Cannot write the checkpoint {path}: {e.Message.TrimEnd('.')}.", e);
        }

        // Those of later steps are what a damaged end has left; then the oldest go, and never the one that was just written.
        int now = state.GlobalStep;
        int[] others = [.. All(folder).Where(item => item.Step != spare && item.Step != now && IsOwn(item.Path)).Select(item => item.Step)];
        foreach (int step in others.OrderBy(step => step < now).ThenBy(step => step).Take(Math.Max(0, others.Length - (limit - 1)))) Delete(folder, step);
        return path;
    }

    /// <summary>Reads a checkpoint into a model, its pruner and its optimiser.</summary>
    /// <exception cref="InputException">The checkpoint is damaged or of another model.</exception>
    public static TrainerState Load(string path, TaskModel model, IPruner? pruner, AdamW optimizer)
    {
        LoadModel(path, model, pruner);
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

    /// <summary>Reads the weights and scores of a step's checkpoint only.</summary>
    /// <exception cref="InputException">The checkpoint is damaged or of another model.</exception>
    public static void LoadModel(string folder, int step, TaskModel model, IPruner? pruner) => LoadModel(PathOf(folder, step), model, pruner);

    private static void LoadModel(string path, TaskModel model, IPruner? pruner)
    {
        TensorFile.Load(Path.Combine(path, HuggingFaceFolder.WeightsFile), Named(model.Parameters()));
        if (pruner is { Scores.Count: > 0 }) TensorFile.Load(Path.Combine(path, ScoresFile), Named(pruner.Scores));
    }

    /// <summary>Removes the checkpoint of a step; one that cannot be removed stays.</summary>
    public static void Delete(string folder, int step)
    {
        try
        {
            DeleteOwn(PathOf(folder, step));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // One too many harms nobody, and the next checkpoint tries again.
        }
    }

    /// <summary>Removes all checkpoints of a folder: numbered folders that hold a trainer's state.</summary>
    /// <exception cref="IOException">One cannot be removed; <see cref="UnauthorizedAccessException"/> likewise.</exception>
    public static void DeleteAll(string folder)
    {
        foreach ((_, string path) in All(folder)) DeleteOwn(path);
    }

    private static string PathOf(string folder, int step) => Path.Combine(folder, Prefix + step.ToString(CultureInfo.InvariantCulture));

    private static bool IsOwn(string path) => File.Exists(Path.Combine(path, TrainerState.FileName));

    private static void DeleteOwn(string path)
    {
        if (IsOwn(path)) AtomicFolder.Delete(path);
    }

    // The number of checkpoint-<step>; null of another name.
    private static int? StepOf(string path) =>
        Path.GetFileName(path).StartsWith(Prefix, StringComparison.Ordinal)
            && int.TryParse(Path.GetFileName(path).AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int step) ? step : null;

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
