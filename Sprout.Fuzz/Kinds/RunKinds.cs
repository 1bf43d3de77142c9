// What runs leave and take up again.
using System.Text.Json.Nodes;
using Sprout.Autograd.Optim;
using Sprout.Bert.Models;
using Sprout.Bert.Sources;
using Sprout.Bert.Training;
using Sprout.Pruning;
using Sprout.Pruning.Runs;
using Sprout.Tensors;
using Sprout.Tensors.Reference;

namespace Sprout.Fuzz.Kinds;

/// <summary>Options of a run, its trainer's state, and the files of a checkpoint.</summary>
internal static class RunKinds
{
    private const string OptimizerFile = "optimizer.safetensors";

    private static readonly Dictionary<string, string> Identity = new() { ["who"] = "this run" };

    private static readonly string[] StateKeys = ["global_step", "loss_sum_bits", "log_history", "optimizer_steps", "interval_steps", "train_seconds", "step"];

    // Made once: a model and its optimiser take no part in what is damaged.
    private static readonly Lazy<(TaskModel Model, AdamW Optimizer)> Trained = new(Create);

    private static readonly Lazy<(string Name, byte[] Content)[]> Whole = new(CreateCheckpoint);

    /// <summary>The kinds.</summary>
    public static IReadOnlyList<InputKind> All { get; } =
    [
        new("training_options.json", Recipe.FileName, [Options(new Recipe()), Options(Pruned())], ReadRecipe)
        {
            Words = ["density", "method", "movement", "train-file", "block", "4x4", "device", "null", "learning-rate", "version", "seed", "NaN", "Infinity"],
        },
        new("trainer_state.json", TrainerState.FileName, [Stored(TrainerState.FileName)], ReadState) { Words = StateKeys },
        new("checkpoint.json", CheckpointManifest.FileName, [Stored(CheckpointManifest.FileName)], ReadManifest)
        {
            Beside = Besides(CheckpointManifest.FileName), Words = ["files", "run", "bytes", "sha256", "..", OptimizerFile],
        },
        Of("checkpoint-state", TrainerState.FileName, StateKeys),
        Of("checkpoint-weights", HuggingFaceFolder.WeightsFile, []) with { HasLengthBeforeJson = true },
        Of("checkpoint-moments", OptimizerFile, []) with { HasLengthBeforeJson = true },
    ];

    private static InputKind Of(string name, string file, string[] words) => new(name, file, [Stored(file)], ReadCheckpoint)
    {
        Beside = Besides(file), Words = words,
    };

    private static byte[] Stored(string name) => Whole.Value.Single(file => file.Name == name).Content;

    private static (string, byte[])[] Besides(string name) => [.. Whole.Value.Where(file => file.Name != name)];

    private static byte[] Options(Recipe recipe) => InputKinds.Utf8(recipe.ToJson().ToJsonString());

    private static Recipe Pruned() => new()
    {
        Task = new() { Model = "model", Task = "text", TrainFile = ["train.csv"], EvalSplit = 0.1 },
        Training = new() { MaxSteps = 10, WarmupSteps = 2 },
        Pruning = new() { Method = "movement", Density = 0.15, Block = new BlockShape(4, 8) },
    };

    private static (TaskModel, AdamW) Create()
    {
        var backend = new ReferenceBackend();
        SequenceClassifier model = ModelKinds.Tiny.CreateClassifier(backend, 2);
        Initialization.Apply(model, seed: 1);
        return (model, new AdamW([new ParameterGroup("all", [.. model.Parameters()], 1e-3, 0)]));
    }

    private static (string, byte[])[] CreateCheckpoint()
    {
        string folder = Directory.CreateTempSubdirectory("sprout-seed-").FullName;
        try
        {
            var state = new TrainerState { Seconds = 1.5 };
            for (int step = 0; step < 7; step++) state.AddStep(0.25);
            state.Log(0.5, [("loss", state.TakeIntervalLoss()), ("learning_rate", 1e-5), ("eval_loss", double.NaN)]);
            string path = Checkpoint.Save(folder, Trained.Value.Model, null, Trained.Value.Optimizer, state, 0.5, 10, 1, Identity);
            return [.. Directory.EnumerateFiles(path).Select(file => (Path.GetFileName(file), File.ReadAllBytes(file)))];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void ReadRecipe(string path, byte[] bytes)
    {
        Recipe recipe = Recipe.Load(path);
        recipe.Validate();
        JsonObject json = recipe.ToJson();
        WrongResultException.Require(JsonNode.DeepEquals(RecipeJson.Read(json, path).ToJson(), json), "options are written and read otherwise");
    }

    private static void ReadState(string path, byte[] bytes)
    {
        TrainerState state = TrainerState.Load(path);
        _ = state.RecentLoss;
        _ = state.IsEvaluated;
        string again = path + ".again";
        state.Save(again, 0.5, 10);
        TrainerState second = TrainerState.Load(again);
        WrongResultException.Require(
            second.GlobalStep == state.GlobalStep && second.LossSum.Equals(state.LossSum) && second.Seconds.Equals(state.Seconds)
                && JsonNode.DeepEquals(second.LogHistory, state.LogHistory) && second.OptimizerSteps.Count == state.OptimizerSteps.Count,
            "a state is written and read otherwise");
    }

    private static void ReadManifest(string path, byte[] bytes)
    {
        string folder = Path.GetDirectoryName(path)!;
        if (CheckpointManifest.Damage(folder, Identity, HuggingFaceFolder.WeightsFile, OptimizerFile, TrainerState.FileName) is string damage)
            throw new InputException(damage);
    }

    // A checkpoint with another file than was written is not whole; without the manifest its files are read as strictly as any.
    private static void ReadCheckpoint(string path, byte[] bytes)
    {
        string folder = Path.GetDirectoryName(path)!;
        bool isWhole = bytes.AsSpan().SequenceEqual(Stored(Path.GetFileName(path)));
        WrongResultException.Require(CheckpointManifest.Damage(folder, Identity) is null == isWhole, "damage that is not noticed");
        Checkpoint.Load(folder, Trained.Value.Model, null, Trained.Value.Optimizer);
    }
}
