// What a pruning run can be told.
using Sprout.Tensors;

namespace Sprout.Pruning;

/// <summary>The pruning options of <c>sprout train</c>, one property each, with the command's defaults.</summary>
public sealed record PruningOptions
{
    /// <summary>The method that prunes nothing.</summary>
    public const string NoMethod = "none";

    /// <summary><c>--method</c>: <see cref="NoMethod"/> or one of <see cref="PruningMethods.Names"/>.</summary>
    public string Method { get; init; } = NoMethod;

    /// <summary><c>--density</c>: share of the prunable weights kept at the end, in (0, 1]; the methods that select by Top_v need it.</summary>
    public double? Density { get; init; }

    /// <summary><c>--initial-density</c>: share kept before the schedule starts, in (0, 1].</summary>
    public double InitialDensity { get; init; } = 1;

    /// <summary><c>--threshold</c>: final τ in σ(S) > τ of soft movement, in [0, 1).</summary>
    public double Threshold { get; init; } = 0.1;

    /// <summary><c>--lambda</c>: final weight of the penalty of soft movement and L0, at least 0.</summary>
    public double Lambda { get; init; }

    /// <summary><c>--scope</c>.</summary>
    public PruningScope Scope { get; init; } = PruningScope.Local;

    /// <summary><c>--score-learning-rate</c>, at least 0.</summary>
    public double ScoreLearningRate { get; init; } = 1e-2;

    /// <summary><c>--score-init</c>.</summary>
    public ScoreInit ScoreInit { get; init; } = ScoreInit.Constant;

    /// <summary><c>--score-scale</c>; null means <see cref="PruningMethod.DefaultScoreScale"/>.</summary>
    public double? ScoreScale { get; init; }

    /// <summary><c>--init-scores</c>: a <c>scores.safetensors</c> to start from instead; null for none.</summary>
    public string? InitScores { get; init; }

    /// <summary><c>--schedule-warmup</c>, N: steps, at least 0; the command fills in <c>--warmup-steps</c>.</summary>
    public int ScheduleWarmup { get; init; }

    /// <summary><c>--initial-warmup</c>, i: the schedule starts after i·N steps; at least 0.</summary>
    public int InitialWarmup { get; init; } = 1;

    /// <summary><c>--final-warmup</c>, f: the schedule has ended f·N steps before the run's end; at least 0.</summary>
    public int FinalWarmup { get; init; } = 1;

    /// <summary><c>--block</c>.</summary>
    public BlockShape Block { get; init; } = BlockShape.Entry;

    /// <summary><c>--l0-noise</c>: whether L0's gates are random in training.</summary>
    public bool L0Noise { get; init; } = true;

    /// <summary>Whether anything is pruned.</summary>
    public bool IsPruning => Method != NoMethod;

    /// <summary>Checks all values, also with each other; without a method nothing is checked.</summary>
    /// <param name="totalSteps">The run's optimiser steps.</param>
    /// <exception cref="OptionException">A value is out of range or contradicts another; the message names the options and their values.</exception>
    public void Validate(int totalSteps)
    {
        if (!IsPruning) return;
        Check(Density is null or (> 0 and <= 1), $"--density must be above 0 and at most 1, not {Density}.");
        Check(InitialDensity is > 0 and <= 1, $"--initial-density must be above 0 and at most 1, not {InitialDensity}.");
        Check(Density is null || InitialDensity >= Density, $"--initial-density {InitialDensity} must not be below --density {Density}.");
        Check(Threshold is >= 0 and < 1, $"--threshold must be at least 0 and below 1, not {Threshold}.");
        Check(Lambda >= 0 && double.IsFinite(Lambda), $"--lambda must be a number of at least 0, not {Lambda}.");
        Check(Enum.IsDefined(Scope), $"--scope must be local or global, not {Scope}.");
        Check(ScoreLearningRate >= 0 && double.IsFinite(ScoreLearningRate), $"--score-learning-rate must be a number of at least 0, not {ScoreLearningRate}.");
        Check(Enum.IsDefined(ScoreInit), $"--score-init must be constant, uniform or kaiming, not {ScoreInit}.");
        Check(ScoreScale is null || double.IsFinite(ScoreScale.Value), $"--score-scale must be a number, not {ScoreScale}.");
        Check(ScheduleWarmup >= 0, $"--schedule-warmup must be at least 0 steps, not {ScheduleWarmup}.");
        Check(InitialWarmup >= 0, $"--initial-warmup must be at least 0, not {InitialWarmup}.");
        Check(FinalWarmup >= 0, $"--final-warmup must be at least 0, not {FinalWarmup}.");
        Check(Block is { Rows: > 0, Columns: > 0 }, $"--block must have at least one row and one column, not {Block}.");
        _ = CreateSchedule(totalSteps);
        _ = PruningMethods.Create(Method, this);
    }

    /// <summary>The schedule of a run of that many steps.</summary>
    /// <exception cref="OptionException">The flat parts leave nothing of the ramp.</exception>
    public SparsitySchedule CreateSchedule(int totalSteps) => new(totalSteps, ScheduleWarmup, InitialWarmup, FinalWarmup);

    private static void Check(bool condition, FormattableString message)
    {
        if (!condition) throw new OptionException(FormattableString.Invariant(message));
    }
}
