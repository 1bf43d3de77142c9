// A pruning method: its scores, its mask, its gradient.
using Sprout.Tensors;

namespace Sprout.Pruning;

/// <summary>
/// What makes one pruning method differ from another: how its scores S start, how they become masks M, what the loss's gradient with respect to M
/// means for S (see <see cref="IScoreGradient"/>), and a penalty on S. <see cref="Pruner"/> does everything else. A method keeps no state of a run: that is in
/// the score groups.
/// </summary>
public abstract class PruningMethod
{
    /// <summary>A method with its options.</summary>
    protected PruningMethod(PruningOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options;
    }

    /// <summary>The name by which options choose it.</summary>
    public abstract string Name { get; }

    /// <summary>The options of the run.</summary>
    public PruningOptions Options { get; }

    /// <summary>Whether scores are parameters that the optimiser trains.</summary>
    public virtual bool LearnsScores => true;

    /// <summary>
    /// Whether ∂L/∂S is ∂L/∂M as it is (the straight-through estimator; Sanh et al. 2020, section 3), so that the optimiser may form the gradients itself.
    /// </summary>
    public bool IsStraightThrough => this is not IScoreGradient;

    /// <summary>The scale of initial scores when the options have none.</summary>
    public virtual double DefaultScoreScale => 0;

    /// <summary>The final τ when scores are compared with one, for reports; otherwise null.</summary>
    public virtual double? ReportedThreshold => null;

    /// <summary>Whether the method removes weights; false: what was removed before only stays so.</summary>
    public virtual bool RemovesWeights => true;

    /// <summary>Whether scores of heads and of neurons rank them together, which <see cref="PruningOptions.Speedup"/> needs.</summary>
    public virtual bool RanksUnits => false;

    /// <summary>Whether masks or penalty follow the cubic schedule.</summary>
    public virtual bool FollowsSchedule => true;

    /// <summary>Whether the options leave the method nothing that would ever remove a weight: a penalty without a weight.</summary>
    public virtual bool KeepsAll => false;

    /// <summary>Gives a group its first scores; by default what <see cref="PruningOptions.ScoreInit"/> says.</summary>
    /// <param name="group">Its scores are zeros.</param>
    /// <param name="seed">The run's seed.</param>
    public virtual void InitializeScores(PrunedGroup group, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(group);
        double scale = Options.ScoreScale ?? DefaultScoreScale;
        switch (Options.ScoreInit)
        {
            case ScoreInit.Constant:
                group.Scores.Backend.Fill(group.Scores.Value, (float)scale);
                break;
            case ScoreInit.Uniform:
                group.FillUniform(seed, -scale, scale);
                break;
            default:
                double bound = 1 / Math.Sqrt(group.Scores.Shape.Columns);
                group.FillUniform(seed, -bound, bound);
                break;
        }
    }

    /// <summary>
    /// Computes every group's masks from its scores and installs them with <see cref="PrunedGroup.KeepAll"/>, <see cref="PrunedGroup.UseBits"/> or
    /// <see cref="PrunedGroup.UseGates"/>.
    /// </summary>
    public abstract void ComputeMasks(IReadOnlyList<PrunedGroup> groups, PruningStep step);

    /// <summary>Adds the penalty's gradient to the scores' and returns the penalty; none by default.</summary>
    public virtual double AddPenalty(IReadOnlyList<PrunedGroup> groups, PruningStep step) => 0;

    /// <summary>
    /// The penalty of soft movement and L0: weight · mean over matrices of (mean over their scores of σ(S − shift)); shared scores count once a matrix. Adds
    /// its gradient to the scores' and returns it; waits for the device.
    /// </summary>
    protected static double AddSigmoidPenalty(IReadOnlyList<PrunedGroup> groups, double weight, double shift)
    {
        ArgumentNullException.ThrowIfNull(groups);
        if (weight == 0 || groups.Count == 0) return 0;
        IBackend backend = groups[0].Scores.Backend;
        int matrices = groups.Sum(group => group.Matrices.Count);
        using Tensor sums = Tensor.Zeros(backend, new Shape(groups.Count));
        for (int i = 0; i < groups.Count; i++)
        {
            double scale = weight * groups[i].Matrices.Count / matrices / groups[i].Scores.Shape.Count;
            backend.SigmoidPenalty(groups[i].Scores.Value, (float)shift, (float)scale, sums, i, groups[i].Scores.GradSum());
        }

        double mean = 0;
        float[] values = sums.ToArray();
        for (int i = 0; i < values.Length; i++) mean += (double)values[i] * groups[i].Matrices.Count / groups[i].Scores.Shape.Count / matrices;
        return weight * mean;
    }

    /// <summary>Refuses <see cref="PruningOptions.Speedup"/>, unless <see cref="RanksUnits"/>.</summary>
    /// <exception cref="OptionException">It is given.</exception>
    internal void RequireSpeedup()
    {
        if (Options.Speedup is null || RanksUnits) return;
        OptionName speedup = new(nameof(Options.Speedup)), method = new(nameof(Options.Method));
        throw OptionException.Of($"{speedup} {Options.Speedup} needs {method} movement or magnitude, whose scores rank heads beside neurons, found {Name}.");
    }

    /// <summary>Refuses <see cref="PruningScope.Global"/>, for methods whose scores of different matrices are not ranked together.</summary>
    /// <exception cref="OptionException">The scope is global.</exception>
    protected void RequireLocalScope()
    {
        if (Options.Scope == PruningScope.Local) return;
        OptionName method = new(nameof(Options.Method)), scope = new(nameof(Options.Scope));
        throw OptionException.Of(
            $"{method} {Name} has no global scope: it compares each score with a threshold, not with other scores; leave {scope} global out.");
    }
}
