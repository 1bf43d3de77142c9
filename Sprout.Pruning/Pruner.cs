// Drives a pruning method through a training run.
using Sprout.Autograd;
using Sprout.Autograd.Modules;
using Sprout.Autograd.Optim;
using Sprout.Bert.Models;
using Sprout.Bert.Training;
using Sprout.Pruning.Latency;
using Sprout.Tensors;
using Sprout.Tensors.IO;

namespace Sprout.Pruning;

/// <summary>
/// Prunes layers while they learn: gives each a mask before every step, and turns the gradient of the masked weight W' = W ⊙ M into ∂L/∂W = ∂L/∂W' ⊙ M and
/// ∂L/∂S from Σ of ∂L/∂W' ⊙ W over the entries that a score stands for (Sanh et al. 2020, section 3; Lagunas et al. 2021, section 3). What S means is the
/// <see cref="PruningMethod"/>'s part.
/// </summary>
public sealed class Pruner : IPruner, IDisposable
{
    private readonly PruningMethod method;
    private readonly SparsitySchedule schedule;
    private readonly List<PrunedGroup> groups = [];
    private readonly MaskedMatrix[] matrices = [];
    private readonly long unprunedParameters;
    private readonly int totalSteps;
    private readonly ulong seed;
    private readonly SpeedTarget? target;
    private bool folded;

    /// <summary>A pruner of any layers, with scores of <see cref="PruningOptions.Block"/>.</summary>
    /// <param name="method">The method, with the run's options.</param>
    /// <param name="layers">The layers to prune, in the order of ties, in a model whose parameters have their names.</param>
    /// <param name="unprunedParameters">
    /// Parameters beside the prunable weights that count as remaining in reports: the encoder's biases and layer norms.
    /// </param>
    /// <param name="totalSteps">The run's optimiser steps.</param>
    /// <param name="seed">The run's seed.</param>
    /// <exception cref="OptionException">The schedule does not fit the run, or a block does not divide a matrix.</exception>
    /// <exception cref="InputException">The file of initial scores lacks a matrix or has another shape for it.</exception>
    public Pruner(PruningMethod method, IEnumerable<Linear> layers, long unprunedParameters, int totalSteps, ulong seed)
        : this(method, layers.Select((layer, i) => PrunedGroup.OfBlocks(layer, i, method.Options.Block)), unprunedParameters, totalSteps, seed) { }

    /// <summary>A pruner of any groups.</summary>
    /// <param name="method">The method, with the run's options.</param>
    /// <param name="groups">The groups, in the order of ties; the pruner disposes them.</param>
    /// <param name="unprunedParameters">Parameters beside the prunable weights that count as remaining in reports.</param>
    /// <param name="totalSteps">The run's optimiser steps.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="latency">What heads and neurons cost, for <see cref="PruningOptions.Speedup"/>; else null.</param>
    /// <exception cref="OptionException">The schedule does not fit the run, or the speed-up cannot be reached.</exception>
    /// <exception cref="InputException">The file of initial scores lacks a group or has another shape for it.</exception>
    public Pruner(
        PruningMethod method, IEnumerable<PrunedGroup> groups, long unprunedParameters, int totalSteps, ulong seed, LatencyTable? latency = null)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(groups);
        if (method.Options.Speedup is null != latency is null) throw new ArgumentException("A speed-up needs a table of latencies, and nothing else does.");
        this.method = method;
        this.unprunedParameters = unprunedParameters;
        this.totalSteps = totalSteps;
        this.seed = seed;
        schedule = method.FollowsSchedule ? method.Options.CreateSchedule(totalSteps) : new SparsitySchedule(totalSteps, 0, 0, 0);
        try
        {
            // One by one: those that came before one that does not fit are disposed too.
            foreach (PrunedGroup group in groups) this.groups.Add(group);
            if (latency is not null) target = new SpeedTarget(latency, method.Options.Speedup!.Value, this.groups);
            matrices = [.. this.groups.SelectMany(group => group.Matrices)];
            Scores = [.. this.groups.Select(group => group.Scores)];
            if (method.LearnsScores && method.IsStraightThrough && this.groups.TrueForAll(group => group.HasEntries))
                MaskedWeights = [.. matrices.Select(matrix => new MaskedWeight(matrix.Layer.Factor, matrix.Scores))];
            ScoreGroup = new ParameterGroup("scores", method.LearnsScores ? Scores : [], method.Options.ScoreLearningRate, WeightDecay: 0);
            if (method.Options.InitScores is string file) TensorFile.Load(file, Named(Scores));
            else foreach (PrunedGroup group in this.groups) method.InitializeScores(group, seed);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>A pruner of an encoder's prunable matrices.</summary>
    /// <param name="method">The method, with the run's options.</param>
    /// <param name="encoder">Its layers say what is prunable and what counts beside it.</param>
    /// <param name="totalSteps">The run's optimiser steps.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="latency">What heads and neurons cost, for <see cref="PruningOptions.Speedup"/>; else null.</param>
    /// <exception cref="OptionException">The schedule does not fit the run, a block does not divide a matrix, or the speed-up cannot be reached.</exception>
    /// <exception cref="InputException">The file of initial scores lacks a matrix or has another shape for it.</exception>
    public Pruner(PruningMethod method, Encoder encoder, int totalSteps, ulong seed, LatencyTable? latency = null)
        : this(method, GroupsOf(encoder, method.Options), Unprunable(encoder), totalSteps, seed, latency) { }

    /// <summary>The method's name.</summary>
    public string Method => method.Name;

    /// <inheritdoc/>
    public ParameterGroup ScoreGroup { get; }

    /// <inheritdoc/>
    public IReadOnlyList<Parameter> Scores { get; }

    /// <inheritdoc/>
    public IReadOnlyList<MaskedWeight> MaskedWeights { get; } = [];

    /// <summary>The scores with their matrices, in the order of ties.</summary>
    public IReadOnlyList<PrunedGroup> Groups => groups;

    /// <summary>The pruned matrices, in the order of ties.</summary>
    public IReadOnlyList<MaskedMatrix> Matrices => matrices;

    /// <inheritdoc/>
    public double Density => (double)matrices.Sum(matrix => matrix.Kept) / matrices.Sum(matrix => matrix.Size);

    /// <inheritdoc/>
    public bool RemovesWeights => method.RemovesWeights;

    /// <inheritdoc/>
    public int ScheduleEnd => method.FollowsSchedule ? schedule.End : 0;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The masks were folded.</exception>
    public void BeginStep(int step)
    {
        if (folded) throw new InvalidOperationException("BeginStep: the masks were folded into the weights, training cannot go on.");
        foreach (Parameter scores in Scores) scores.ZeroGrad();
        foreach (MaskedMatrix matrix in matrices) matrix.ForgetSparse();
        method.ComputeMasks(groups, At(step));
        foreach (MaskedMatrix matrix in matrices) matrix.PackSparse();
    }

    /// <inheritdoc/>
    public double AddPenalty(int step) => method.AddPenalty(groups, At(step));

    /// <inheritdoc/>
    public void FinishGradients(int step)
    {
        foreach (MaskedMatrix matrix in matrices) matrix.ForgetSparse();
        // Straight-through scores of single entries: the optimiser does it.
        if (MaskedWeights.Count > 0) return;
        foreach (PrunedGroup group in groups)
        {
            // Of layers without a gradient nothing is learned in this step.
            if (method.LearnsScores && group.HasGradient) AddScoreGradient(group, At(step));
            foreach (MaskedMatrix matrix in group.Matrices)
            {
                if (matrix.Layer.Weight.Grad is Tensor gradient && matrix.Layer.Factor.Mask is Mask mask) gradient.Backend.ApplyMask(gradient, mask, gradient);
            }
        }
    }

    /// <inheritdoc/>
    public void BeginEvaluation()
    {
        foreach (MaskedMatrix matrix in matrices) matrix.ForgetSparse();
        // The folded weights are those of evaluation, and the scores that chose them must stay for Save.
        if (!folded) method.ComputeMasks(groups, new PruningStep(totalSteps, IsEvaluation: true, schedule, seed) { Target = target });
    }

    /// <summary>Makes the masks permanent: W ← W ⊙ M with the evaluation masks, exact zeros, and takes the masks out of the layers.</summary>
    public void Fold()
    {
        BeginEvaluation();
        foreach (PrunedGroup group in groups) group.Fold();
        folded = true;
    }

    /// <summary>
    /// Writes <c>pruning.json</c> and <c>scores.safetensors</c> into a folder. Reports the present masks:
    /// call <see cref="BeginEvaluation"/> or <see cref="Fold"/> before.
    /// </summary>
    /// <exception cref="InputException">A file cannot be written.</exception>
    public void Save(string folder)
    {
        Report().Save(folder);
        TensorFile.Save(Path.Combine(folder, Checkpoint.ScoresFile), Named(Scores));
    }

    /// <summary>What the present masks keep.</summary>
    public PruningReport Report() => new(
        method.Name,
        unprunedParameters,
        method.ReportedThreshold,
        method.Options.Lambda,
        [.. matrices.Select(matrix => new MatrixDensity(matrix.Name, matrix.Size, matrix.Kept))])
    {
        Shared = [.. groups.Where(group => group.Matrices.Count > 1)
            .Select(group => new MatrixDensity(group.Scores.Name, group.Scores.Shape.Count, group.Kept))],
        PredictedSpeedup = target?.PredictSpeedup(groups),
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PrunedGroup group in groups) group.Dispose();
    }

    private static IEnumerable<(string, Tensor)> Named(IEnumerable<Parameter> parameters) => parameters.Select(parameter => (parameter.Name, parameter.Value));

    private static long Unprunable(Encoder encoder) =>
        encoder.Layers.Sum(layer => layer.Parameters().Sum(parameter => parameter.Shape.Count) - layer.Prunable.Sum(matrix => matrix.Weight.Shape.Count));

    private static IEnumerable<PrunedGroup> GroupsOf(Encoder encoder, PruningOptions options)
    {
        int index = 0;
        foreach (EncoderLayer layer in encoder.Layers)
        {
            (AttentionMatrices attention, FeedForwardMatrices feedForward) = (layer.Attention, layer.FeedForward);
            if (options.PrunesHeads) yield return PrunedGroup.OfHeads(attention, index);
            else foreach (PrunedGroup group in Blocks(index, attention.Query, attention.Key, attention.Value, attention.Output)) yield return group;
            index += 4;
            if (options.PrunesNeurons) yield return PrunedGroup.OfNeurons(feedForward, index);
            else foreach (PrunedGroup group in Blocks(index, feedForward.First, feedForward.Second)) yield return group;
            index += 2;
        }

        IEnumerable<PrunedGroup> Blocks(int first, params Linear[] layers) =>
            layers.Select((layer, i) => PrunedGroup.OfBlocks(layer, first + i, options.Block));
    }

    private PruningStep At(int step) => new(step, IsEvaluation: false, schedule, seed) { Target = target };

    private void AddScoreGradient(PrunedGroup group, PruningStep step)
    {
        IBackend backend = group.Scores.Backend;
        Tensor total = group.Scores.GradTarget(out bool accumulate);
        Tensor gradient = accumulate ? Tensor.Rent(backend, total.Shape) : total;
        group.SumGradients(gradient);
        (method as IScoreGradient)?.ToScoreGradient(group, step, gradient);
        if (!accumulate) return;
        backend.AddScaled(gradient, 1f, total);
        gradient.Dispose();
    }
}
