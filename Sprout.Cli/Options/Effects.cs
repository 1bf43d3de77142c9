// Options that would have no effect.
using System.CommandLine;
using System.Text.Json.Nodes;
using Sprout.Bert.Data;
using Sprout.Bert.Tasks;
using Sprout.Pruning;
using Sprout.Pruning.Methods;
using Sprout.Pruning.Runs;
using Sprout.Tensors;

namespace Sprout.Cli.Options;

/// <summary>Refuses options that have no effect together with the others: one table of what needs what.</summary>
internal static class Effects
{
    private static readonly string[] Scores = ["score-learning-rate", "score-init", "score-scale"];
    private static readonly string[] Ramp = ["schedule-warmup", "initial-warmup", "final-warmup"];
    private static readonly string[] TopV = ["density", "initial-density", "scope"];
    private static readonly string[] OfSpeedups = ["speedup-batch", "speedup-length", "latency-table"];
    private static readonly string[] Units = ["block", "attention-unit", "feed-forward-unit"];
    private static readonly string[] OfPruning = [.. TopV, "threshold", "lambda", .. Scores, .. Ramp, .. Units, "init-scores", "l0-noise"];
    private static readonly string[] OfTeachers = ["distill-alpha", "distill-temperature"];
    private static readonly string[] OfEvaluation =
        ["eval-every", "eval-batch-size", "max-eval-samples", "keep", "best-metric", "patience", "n-best"];
    private static readonly string[] OfTables = ["text-column", "pair-column", "label-column", "regression", "multi-label"];
    private static readonly string[] OfClasses = ["class-weights", "label-smoothing"];
    private static readonly string[] OfAnswers = ["doc-stride", "max-query-length", "max-answer-length", "n-best"];
    private static readonly string[] OfModels = ["model", "config", "vocab", "batch", "length", "lengths-from", "format", "activations", "profile", "method"];

    /// <summary>Checks the options of a run or an evaluation.</summary>
    /// <exception cref="OptionException">One that was given has no effect, or a method lacks what makes it prune.</exception>
    public static void Check(Recipe recipe, JsonObject given)
    {
        Refuse([.. given.Select(pair => pair.Key)], [.. OfMethods(recipe), .. OfTasks(recipe)]);
        if (recipe.Pruning is { Method: "soft-movement" or "l0", Lambda: 0, InitScores: null } && !given.ContainsKey("lambda"))
            throw new OptionException($"--method {recipe.Pruning.Method} prunes nothing without --lambda, the weight of its penalty.");
    }

    /// <summary>Checks the options of a measurement.</summary>
    /// <exception cref="OptionException">One that was given has no effect.</exception>
    public static void CheckBench(string mode, Recipe recipe, ParseResult result)
    {
        string[] given =
            [.. result.CommandResult.Command.Options.Where(option => result.GetResult(option) is { Implicit: false })
                .Select(option => option.Name.TrimStart('-'))];
        string with = $"with --mode {mode}";
        bool dense = recipe.Pruning.Density is null;
        Refuse(given,
        [
            (["shape", "layout"], mode != "gemm", "without --mode gemm"),
            ([.. OfModels, .. OfPruning, "train-embeddings"], mode == "gemm", with),
            (["batch", "length", "lengths-from", "format", "activations", "profile", "method", .. OfPruning, "train-embeddings"], mode == "load", with),
            (["vocab"], !given.Contains("config"), "without --config"),
            ([.. OfPruning.Except(["density", .. Units]), "train-embeddings"], mode == "forward", with),
            (["format", "activations"], mode == "train-step", with),
            (["method", .. Units], mode == "forward" && dense, "with --mode forward without --density"),
            .. mode == "train-step" ? OfMethods(recipe) : [],
            (["initial-density", .. Ramp, "score-init", "score-scale"], mode == "train-step" && !dense, "with --mode train-step, which begins at --density"),
        ]);
    }

    private static (string[] Keys, bool Applies, string Why)[] OfMethods(Recipe recipe)
    {
        string method = recipe.Pruning.Method, with = $"with --method {method}";
        return
        [
            (
                [.. OfPruning, "speedup", .. OfSpeedups], method == PruningOptions.NoMethod,
                $"without --method; give one of {string.Join(", ", PruningMethods.Names)}"),
            (TopV, method is "soft-movement" or "l0", with),
            (["threshold"], method is "magnitude" or "movement" or "random" or "l0", with),
            (["lambda"], method is "magnitude" or "movement" or "random", with),
            (["l0-noise"], method is "magnitude" or "movement" or "random" or "soft-movement", with),
            (Scores, method is "magnitude" or "random", with),
            (["init-scores"], method is "magnitude", with),
            (Ramp, method is "l0", with),
            (OfSpeedups, recipe.Pruning.Speedup is null, "without --speedup"),
            ([.. TopV, "block"], recipe.Pruning.Speedup is not null, "with --speedup, which decides what stays of heads and neurons"),
            (["attention-unit"], recipe.Pruning is { Speedup: not null, AttentionUnit: AttentionUnit.Block }, "with --speedup, which prunes whole heads"),
            (["feed-forward-unit"], recipe.Pruning is { Speedup: not null, FeedForwardUnit: FeedForwardUnit.Block }, "with --speedup, which prunes neurons"),
            (["score-scale"], recipe.Pruning.ScoreInit == Sprout.Pruning.ScoreInit.Kaiming, "with --score-init kaiming"),
            (["score-init", "score-scale"], recipe.Pruning.InitScores is not null, "with --init-scores"),
        ];
    }

    private static (string[] Keys, bool Applies, string Why)[] OfTasks(Recipe recipe)
    {
        string? task = recipe.Task.Task;
        bool glue = task is not null && GlueTasks.Names.Contains(task);
        return
        [
            (["data"], recipe.Task.TrainFile.Count > 0 && recipe.Task.EvalFile is not null, "with --train-file and --eval-file, which are read in its place"),
            (["data"], recipe.Task.TrainFile.Count > 0 && recipe.Task.EvalSplit is not null, "with --train-file and --eval-split"),
            (OfTeachers, recipe.Task.Teacher is null, "without --teacher"),
            (OfEvaluation, !recipe.Task.Evaluate, "with --evaluate false"),
            (OfTables, glue || task == TaskRegistry.Squad, $"with --task {task}; columns are chosen with --task text"),
            (OfClasses, task == TaskRegistry.Squad, $"with --task {task}"),
            (OfAnswers, glue || task == TaskRegistry.Text, $"with --task {task}, only with --task squad"),
        ];
    }

    private static void Refuse(string[] given, (string[] Keys, bool Applies, string Why)[] rules)
    {
        foreach ((string[] keys, bool applies, string why) in rules)
        {
            if (applies && keys.FirstOrDefault(given.Contains) is string key) throw new OptionException($"--{key} has no effect {why}.");
        }
    }
}
