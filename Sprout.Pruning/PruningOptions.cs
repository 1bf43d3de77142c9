// What a pruning run can be told.
using System.Text.Json.Serialization;
using Sprout.Tensors;

namespace Sprout.Pruning;

/// <summary>What a pruning run can be told.</summary>
public sealed record PruningOptions
{
    /// <summary>The method that prunes nothing.</summary>
    public const string NoMethod = "none";

    /// <summary>The method: <see cref="NoMethod"/>, or a name of the table of methods.</summary>
    public string Method { get; init; } = NoMethod;

    /// <summary>Share of the prunable weights kept at the end, in (0, 1]; the methods that select by Top_v need it.</summary>
    public double? Density { get; init; }

    /// <summary>
    /// Instead of a density: how many times as fast as the dense model's a pass must be at the end, above 1, as a <see cref="Latency.LatencyTable"/> predicts.
    /// Whole heads and neurons go then; for methods that <see cref="PruningMethod.RanksUnits"/> holds for.
    /// </summary>
    public double? Speedup { get; init; }

    /// <summary>Sequences of the pass that is measured, at least 1.</summary>
    public int SpeedupBatch { get; init; } = 1;

    /// <summary>Tokens of its sequences, at least 1; null: the longest that the run takes.</summary>
    public int? SpeedupLength { get; init; }

    /// <summary>A <c>latency.json</c> that says what is otherwise measured; null for none.</summary>
    public string? LatencyTable { get; init; }

    /// <summary>Share kept before the schedule starts, in (0, 1].</summary>
    public double InitialDensity { get; init; } = 1;

    /// <summary>Final τ in σ(S) > τ of soft movement, in [0, 1).</summary>
    public double Threshold { get; init; } = 0.1;

    /// <summary>Final weight of the penalty of soft movement and L0, at least 0.</summary>
    public double Lambda { get; init; }

    /// <summary>Where Top_v compares scores.</summary>
    public PruningScope Scope { get; init; } = PruningScope.Local;

    /// <summary>The learning rate of the scores, at least 0.</summary>
    public double ScoreLearningRate { get; init; } = 1e-2;

    /// <summary>How scores start.</summary>
    public ScoreInit ScoreInit { get; init; } = ScoreInit.Constant;

    /// <summary>Constant or range of the start; null means <see cref="PruningMethod.DefaultScoreScale"/>.</summary>
    public double? ScoreScale { get; init; }

    /// <summary>A <c>scores.safetensors</c> to start from instead; null for none.</summary>
    public string? InitScores { get; init; }

    /// <summary>N of the schedule: steps, at least 0; null: the warm-up of the learning rate.</summary>
    public int? ScheduleWarmup { get; init; }

    /// <summary>i: the schedule starts after i·N steps; at least 0.</summary>
    public int InitialWarmup { get; init; } = 1;

    /// <summary>f: the schedule has ended f·N steps before the run's end; at least 0.</summary>
    public int FinalWarmup { get; init; } = 1;

    /// <summary>The part of a matrix that shares one score.</summary>
    public BlockShape Block { get; init; } = BlockShape.Entry;

    /// <summary>What one score of attention stands for; heads do not use <see cref="Block"/>.</summary>
    public AttentionUnit AttentionUnit { get; init; } = AttentionUnit.Block;

    /// <summary>What one score of the feed-forward part stands for; neurons do not use <see cref="Block"/>.</summary>
    public FeedForwardUnit FeedForwardUnit { get; init; } = FeedForwardUnit.Block;

    /// <summary>Whether L0's gates are random in training.</summary>
    public bool L0Noise { get; init; } = true;

    /// <summary>Without a method: whether prunable weights that are 0 at the start stay 0, so that a pruned model is trained without filling it.</summary>
    public bool KeepZeros { get; init; }

    /// <summary>Whether one score of attention stands for a head.</summary>
    [JsonIgnore]
    public bool PrunesHeads => AttentionUnit == AttentionUnit.Head || Speedup is not null;

    /// <summary>Whether one score of the feed-forward part stands for a neuron.</summary>
    [JsonIgnore]
    public bool PrunesNeurons => FeedForwardUnit == FeedForwardUnit.Neuron || Speedup is not null;

    /// <summary>Whether there are masks.</summary>
    [JsonIgnore]
    public bool IsPruning => Method != NoMethod || KeepZeros;

    /// <summary>Checks all values, also with each other; without a method, that nothing asks for pruning.</summary>
    /// <exception cref="OptionException">A value is out of range or contradicts another; the message names the options and their values.</exception>
    public void Validate()
    {
        OptionException.Require(Block is { Rows: > 0, Columns: > 0 }, nameof(Block), "at least one row and one column", Block);
        OptionException.Require(Enum.IsDefined(AttentionUnit), nameof(AttentionUnit), "block or head", AttentionUnit);
        OptionException.Require(Enum.IsDefined(FeedForwardUnit), nameof(FeedForwardUnit), "block or neuron", FeedForwardUnit);
        if (Block != BlockShape.Entry && AttentionUnit == AttentionUnit.Head && FeedForwardUnit == FeedForwardUnit.Neuron)
        {
            OptionName block = new(nameof(Block)), attention = new(nameof(AttentionUnit)), feedForward = new(nameof(FeedForwardUnit));
            throw OptionException.Of($"{block} {Block} has no effect with {attention} head and {feedForward} neuron: no matrix is left that has blocks.");
        }

        ValidateSpeedup();
        if (Method == NoMethod)
        {
            RequireNone(nameof(Density), Density is not null);
            RequireNone(nameof(Speedup), Speedup is not null);
            RequireNone(nameof(Lambda), Lambda != 0);
            RequireNone(nameof(InitScores), InitScores is not null);
            RequireNone(nameof(Block), Block != BlockShape.Entry);
            RequireNone(nameof(AttentionUnit), AttentionUnit != AttentionUnit.Block);
            RequireNone(nameof(FeedForwardUnit), FeedForwardUnit != FeedForwardUnit.Block);
            return;
        }

        if (KeepZeros)
        {
            OptionName zeros = new(nameof(KeepZeros)), method = new(nameof(Method));
            throw OptionException.Of($"{zeros} and {method} {Method} exclude each other: a method decides itself which weights are 0.");
        }

        OptionException.Require(Density is null or (> 0 and <= 1), nameof(Density), "above 0 and at most 1", Density);
        OptionException.Require(InitialDensity is > 0 and <= 1, nameof(InitialDensity), "above 0 and at most 1", InitialDensity);
        if (Density > InitialDensity)
            throw OptionException.Of(
                $"{new OptionName(nameof(InitialDensity))} {InitialDensity} must not be below {new OptionName(nameof(Density))} {Density}.");
        OptionException.Require(Threshold is >= 0 and < 1, nameof(Threshold), "at least 0 and below 1", Threshold);
        OptionException.Require(Lambda >= 0 && double.IsFinite(Lambda), nameof(Lambda), "a number of at least 0", Lambda);
        OptionException.Require(Enum.IsDefined(Scope), nameof(Scope), "local or global", Scope);
        OptionException.Require(
            ScoreLearningRate >= 0 && double.IsFinite(ScoreLearningRate), nameof(ScoreLearningRate), "a number of at least 0", ScoreLearningRate);
        OptionException.Require(Enum.IsDefined(ScoreInit), nameof(ScoreInit), "constant, uniform or kaiming", ScoreInit);
        OptionException.Require(ScoreScale is null || double.IsFinite(ScoreScale.Value), nameof(ScoreScale), "a number", ScoreScale);
        OptionException.Require(ScheduleWarmup is null or >= 0, nameof(ScheduleWarmup), "0 steps or more", ScheduleWarmup);
        OptionException.Require(InitialWarmup >= 0, nameof(InitialWarmup), "0 or more", InitialWarmup);
        OptionException.Require(FinalWarmup >= 0, nameof(FinalWarmup), "0 or more", FinalWarmup);
    }

    /// <summary>Checks all values, also against the length of a run.</summary>
    /// <param name="totalSteps">The run's optimiser steps.</param>
    /// <exception cref="OptionException">As <see cref="Validate()"/>, or the schedule does not fit into the run.</exception>
    public void Validate(int totalSteps)
    {
        Validate();
        if (Method != NoMethod) _ = CreateSchedule(totalSteps);
    }

    private void ValidateSpeedup()
    {
        OptionException.Require(Speedup is null || (Speedup > 1 && double.IsFinite(Speedup.Value)), nameof(Speedup), "a number above 1", Speedup);
        OptionException.Require(SpeedupBatch >= 1, nameof(SpeedupBatch), "1 or more", SpeedupBatch);
        OptionException.Require(SpeedupLength is null or >= 1, nameof(SpeedupLength), "1 or more", SpeedupLength);
        (string Name, bool IsGiven)[] measure = [(nameof(SpeedupBatch), SpeedupBatch != 1), (nameof(SpeedupLength), SpeedupLength is not null)];
        (string Name, bool IsGiven)[] density =
        [
            (nameof(Density), Density is not null), (nameof(InitialDensity), InitialDensity != 1),
            (nameof(Scope), Scope != PruningScope.Local), (nameof(Block), Block != BlockShape.Entry),
        ];
        OptionName speedup = new(nameof(Speedup)), table = new(nameof(LatencyTable));
        if (Speedup is null)
        {
            foreach ((string name, bool isGiven) in measure.Append((nameof(LatencyTable), LatencyTable is not null)))
                if (isGiven) throw OptionException.Of($"{new OptionName(name)} has no effect without {speedup}.");
            return;
        }

        foreach ((string name, bool isGiven) in density)
            if (isGiven) throw OptionException.Of($"{new OptionName(name)} has no effect with {speedup}, which decides what stays of heads and neurons.");
        foreach ((string name, bool isGiven) in measure)
            if (isGiven && LatencyTable is not null) throw OptionException.Of($"{new OptionName(name)} has no effect with {table}, which says it.");
    }

    private static void RequireNone(string option, bool isGiven)
    {
        if (isGiven) throw OptionException.Of($"{new OptionName(option)} has no effect without {new OptionName(nameof(Method))}.");
    }

    /// <summary>The schedule of a run of that many steps.</summary>
    /// <exception cref="OptionException">The flat parts leave nothing of the ramp.</exception>
    public SparsitySchedule CreateSchedule(int totalSteps) => new(totalSteps, ScheduleWarmup ?? 0, InitialWarmup, FinalWarmup);
}
