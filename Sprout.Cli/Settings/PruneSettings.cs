// Options of pruning.
using System.CommandLine;
using Sprout.Pruning;
using Sprout.Tensors;

namespace Sprout.Cli.Settings;

/// <summary>Method, density, schedule, scores and penalty.</summary>
public sealed class PruneSettings : SettingList
{
    private readonly Option<string> method, scope, scoreInit, block;
    private readonly Option<double?> density, scoreScale;
    private readonly Option<double> initialDensity, threshold, lambda, scoreRate;
    private readonly Option<int?> scheduleWarmup;
    private readonly Option<int> initialWarmup, finalWarmup;
    private readonly Option<bool?> trainEmbeddings;
    private readonly Option<bool> l0Noise;
    private readonly Option<string?> initScores;

    /// <summary>Adds the options to a command.</summary>
    public PruneSettings(Command command) : base(command)
    {
        var defaults = new PruningOptions();
        method = AddChoice("--method", "What is pruned while training", defaults.Method, [PruningOptions.NoMethod, .. PruningMethods.Names]);
        density = AddOptional<double?>("--density", "Share of weights kept at the end (magnitude, movement, random)");
        initialDensity = Add("--initial-density", "Share of weights kept at the start", defaults.InitialDensity);
        threshold = Add("--threshold", "soft-movement: final τ in σ(S) > τ", defaults.Threshold);
        lambda = Add("--lambda", "Final weight of the penalty (soft-movement, l0)", defaults.Lambda);
        scope = AddChoice("--scope", "Top_v in each matrix or over all of them", "local", "local", "global");
        scoreRate = Add("--score-learning-rate", "AdamW's rate for the scores", defaults.ScoreLearningRate, "--mask_scores_learning_rate");
        scoreInit = AddChoice("--score-init", "How scores start", "constant", "constant", "uniform", "kaiming");
        scoreScale = AddOptional<double?>("--score-scale", "Constant or range of the start (0; l0: 2.197)", "--mask_scale");
        scheduleWarmup = AddOptional<int?>("--schedule-warmup", "N of the cubic schedule (--warmup-steps)");
        initialWarmup = Add("--initial-warmup", "The schedule starts after i·N steps", defaults.InitialWarmup, "--initial_warmup");
        finalWarmup = Add("--final-warmup", "The schedule ends f·N steps before the end", defaults.FinalWarmup, "--final_warmup");
        trainEmbeddings = AddOptional<bool?>("--train-embeddings", "Train the embedding tables (false when pruning, else true)");
        block = Add("--block", "One score a block of RxC weights", "1x1");
        initScores = AddOptional<string>("--init-scores", "scores.safetensors to start from");
        l0Noise = Add("--l0-noise", "l0: random gates in training", defaults.L0Noise);
    }

    /// <summary>Whether the embeddings are trained.</summary>
    public bool TrainEmbeddings(ParseResult result) => result.GetValue(trainEmbeddings) ?? result.GetValue(method) == PruningOptions.NoMethod;

    /// <summary>The parsed values.</summary>
    /// <param name="result">What was parsed.</param>
    /// <param name="warmupSteps">The run's warm-up, the default of --schedule-warmup.</param>
    /// <exception cref="OptionException">An option that only pruning has is given without a method.</exception>
    public PruningOptions Read(ParseResult result, int warmupSteps)
    {
        if (result.GetValue(method) == PruningOptions.NoMethod)
        {
            foreach (Option option in (Option[])[density, lambda, initScores])
                if (result.GetResult(option) is { Implicit: false }) throw new OptionException($"{option.Name} has no effect without --method; give one of {string.Join(", ", PruningMethods.Names)}.");
        }

        return Options(result, warmupSteps);
    }

    private PruningOptions Options(ParseResult result, int warmupSteps) => new()
    {
        Method = result.GetValue(method)!,
        Density = result.GetValue(density),
        InitialDensity = result.GetValue(initialDensity),
        Threshold = result.GetValue(threshold),
        Lambda = result.GetValue(lambda),
        Scope = Enum.Parse<PruningScope>(result.GetValue(scope)!, ignoreCase: true),
        ScoreLearningRate = result.GetValue(scoreRate),
        ScoreInit = Enum.Parse<ScoreInit>(result.GetValue(scoreInit)!, ignoreCase: true),
        ScoreScale = result.GetValue(scoreScale),
        ScheduleWarmup = result.GetValue(scheduleWarmup) ?? warmupSteps,
        InitialWarmup = result.GetValue(initialWarmup),
        FinalWarmup = result.GetValue(finalWarmup),
        Block = BlockShape.Parse(result.GetValue(block)!),
        InitScores = result.GetValue(initScores),
        L0Noise = result.GetValue(l0Noise),
    };
}
