// The settings of a training run.
using System.Text.Json.Serialization;
using Sprout.Autograd.Optim;
using Sprout.Bert.Files;
using Sprout.Tensors;

namespace Sprout.Bert.Training;

/// <summary>The settings of a training run.</summary>
public sealed record TrainingOptions
{
    /// <summary>Passes over the training examples; a fraction is allowed.</summary>
    public double Epochs { get; init; } = 3;

    /// <summary>Optimiser steps, over as many epochs as it takes; wins over <see cref="Epochs"/>.</summary>
    public int? MaxSteps { get; init; }

    /// <summary>Sequences in one forward pass.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Forward passes in one optimiser step.</summary>
    public int GradientAccumulation { get; init; } = 1;

    /// <summary>Sequences in one forward pass of evaluation.</summary>
    public int EvalBatchSize { get; init; } = 64;

    /// <summary>AdamW's rate for the weights, before the schedule.</summary>
    public double LearningRate { get; init; } = 3e-5;

    /// <summary>How the learning rates go on after the warm-up.</summary>
    [JsonConverter(typeof(KebabEnumConverter<LearningRateShape>))]
    public LearningRateShape LrSchedule { get; init; }

    /// <summary>Steps of linear warm-up; those of the rise in <see cref="LearningRateShape.OneCycle"/>.</summary>
    public int WarmupSteps { get; init; }

    /// <summary>Steps of warm-up as a share of the run's, rounded up, instead of <see cref="WarmupSteps"/>; null: those count.</summary>
    public double? WarmupRatio { get; init; }

    /// <summary>Decoupled weight decay, none on biases and layer norms.</summary>
    public double WeightDecay { get; init; }

    /// <summary>AdamW's ε.</summary>
    public double AdamEpsilon { get; init; } = 1e-8;

    /// <summary>Clip the gradient's global norm to this; 0 is off.</summary>
    public double MaxGradNorm { get; init; } = 1.0;

    /// <summary>A new order of the examples in every epoch; false: file order.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>Decides order, dropout, fresh weights and everything else that is random.</summary>
    public ulong Seed { get; init; } = 42;

    /// <summary>Whether the embedding tables and their layer norm are trained; null: unless the model is pruned, as in the paper.</summary>
    public bool? TrainEmbeddings { get; init; }

    /// <summary>Steps between log entries.</summary>
    public int LoggingSteps { get; init; } = 50;

    /// <summary>Steps between evaluations; null: after every epoch; 0: only at the end.</summary>
    public int? EvalEvery { get; init; }

    /// <summary>Which model of the run is the result.</summary>
    [JsonConverter(typeof(KebabEnumConverter<KeptModel>))]
    public KeptModel Keep { get; init; }

    /// <summary>The metric that says which evaluation is better, with or without <c>eval_</c>; null: the task's.</summary>
    public string? BestMetric { get; init; }

    /// <summary>The run ends after so many evaluations without a better one; null: it takes all its steps.</summary>
    public int? Patience { get; init; }

    /// <summary>Steps between checkpoints; null: after every epoch; 0: none but on cancelling and of the best model.</summary>
    public int? SaveEvery { get; init; }

    /// <summary>Checkpoints kept, the newest ones.</summary>
    public int SaveTotalLimit { get; init; } = 2;

    /// <summary>Optimiser steps in one epoch of <paramref name="examples"/> examples: ⌈n / (batch × accumulation)⌉.</summary>
    public int StepsPerEpoch(int examples) => (int)(((long)examples + StepSize - 1) / StepSize);

    /// <summary>Optimiser steps of the run: <see cref="MaxSteps"/>, or ⌈epochs × steps an epoch⌉.</summary>
    public int TotalSteps(int examples) => MaxSteps ?? (int)Math.Ceiling(Epochs * StepsPerEpoch(examples));

    /// <summary>Steps of warm-up of a run of <paramref name="totalSteps"/> steps.</summary>
    public int WarmupStepsOf(int totalSteps) => WarmupRatio is double ratio ? (int)Math.Ceiling(ratio * totalSteps) : WarmupSteps;

    /// <summary>Whether evaluations are compared with each other.</summary>
    [JsonIgnore]
    public bool ComparesEvaluations => Keep == KeptModel.Best || Patience is not null;

    /// <summary>Examples of one optimiser step.</summary>
    internal long StepSize => (long)BatchSize * GradientAccumulation;

    /// <summary>The name of the metric that says which evaluation is better.</summary>
    /// <exception cref="OptionException">The objective has no such metric.</exception>
    internal string BestMetricOf(Objective objective)
    {
        string name = BestMetric ?? objective.PrimaryMetric;
        if (!name.StartsWith("eval_", StringComparison.Ordinal)) name = "eval_" + name;
        if (!ComparesEvaluations || objective.Metrics.Contains(name)) return name;
        if (objective.Metrics.Count > 0)
            throw OptionException.Expected(nameof(BestMetric), $"one of {string.Join(", ", objective.Metrics.Select(metric => metric[5..]))}", name[5..]);
        OptionName needing = new(Keep == KeptModel.Best ? nameof(Keep) : nameof(Patience));
        throw OptionException.Of($"{needing} needs evaluation examples with labels, and there are none.");
    }

    /// <summary>Checks every value's range.</summary>
    /// <exception cref="OptionException">A value is out of range; the message names the option, what was expected and what was found.</exception>
    public void Validate()
    {
        OptionException.Require(double.IsFinite(Epochs) && Epochs > 0 && Epochs <= 1e6, nameof(Epochs), "a number above 0 and at most 1000000", Epochs);
        OptionException.Require(MaxSteps is null or > 0, nameof(MaxSteps), "1 or more", MaxSteps);
        OptionException.Require(BatchSize is > 0 and <= 1 << 20, nameof(BatchSize), "1 to 1048576", BatchSize);
        OptionException.Require(GradientAccumulation is > 0 and <= 1 << 20, nameof(GradientAccumulation), "1 to 1048576", GradientAccumulation);
        OptionException.Require(EvalBatchSize is > 0 and <= 1 << 20, nameof(EvalBatchSize), "1 to 1048576", EvalBatchSize);
        OptionException.Require(double.IsFinite(LearningRate) && LearningRate >= 0, nameof(LearningRate), "0 or more", LearningRate);
        OptionException.Require(Enum.IsDefined(LrSchedule), nameof(LrSchedule), "linear, cosine, constant or one-cycle", LrSchedule);
        OptionException.Require(WarmupSteps >= 0, nameof(WarmupSteps), "0 or more", WarmupSteps);
        OptionException.Require(WarmupRatio is null or (>= 0 and <= 1), nameof(WarmupRatio), "0 to 1", WarmupRatio);
        if (WarmupRatio is not null && WarmupSteps > 0)
            throw OptionException.Of($"{new OptionName(nameof(WarmupSteps))} and {new OptionName(nameof(WarmupRatio))} exclude each other.");
        OptionException.Require(double.IsFinite(WeightDecay) && WeightDecay >= 0, nameof(WeightDecay), "0 or more", WeightDecay);
        OptionException.Require(double.IsFinite(AdamEpsilon) && AdamEpsilon > 0, nameof(AdamEpsilon), "a number above 0", AdamEpsilon);
        OptionException.Require(double.IsFinite(MaxGradNorm) && MaxGradNorm >= 0, nameof(MaxGradNorm), "0 (off) or more", MaxGradNorm);
        OptionException.Require(LoggingSteps > 0, nameof(LoggingSteps), "1 or more", LoggingSteps);
        OptionException.Require(EvalEvery is null or >= 0, nameof(EvalEvery), "0 (only at the end) or more", EvalEvery);
        OptionException.Require(Enum.IsDefined(Keep), nameof(Keep), "last or best", Keep);
        OptionException.Require(Patience is null or > 0, nameof(Patience), "1 evaluation or more", Patience);
        ValidateComparison();
        OptionException.Require(SaveEvery is null or >= 0, nameof(SaveEvery), "0 (never) or more", SaveEvery);
        OptionException.Require(SaveTotalLimit > 0, nameof(SaveTotalLimit), "1 or more", SaveTotalLimit);
    }

    private void ValidateComparison()
    {
        OptionName keep = new(nameof(Keep)), patience = new(nameof(Patience)), every = new(nameof(EvalEvery));
        if (BestMetric is not null && !ComparesEvaluations)
            throw OptionException.Of($"{new OptionName(nameof(BestMetric))} has no effect without {keep} best or {patience}.");
        if (EvalEvery != 0) return;
        if (Keep == KeptModel.Best) throw OptionException.Of($"{keep} best needs evaluations during the run, and {every} 0 makes one, at its end.");
        if (Patience is not null) throw OptionException.Of($"{patience} needs evaluations during the run, and {every} 0 makes one, at its end.");
    }

    /// <summary>Checks what depends on what is trained.</summary>
    /// <exception cref="OptionException">The warm-up is longer than the run, or the best evaluation is asked of a metric that there is not.</exception>
    public void ValidateFor(Objective objective)
    {
        ArgumentNullException.ThrowIfNull(objective);
        BestMetricOf(objective);
        int total = TotalSteps(objective.TrainCount);
        OptionException.Require(WarmupSteps <= total, nameof(WarmupSteps), $"at most the run's {total} steps", WarmupSteps);
    }
}
