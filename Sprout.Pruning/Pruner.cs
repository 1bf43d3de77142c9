// Drives a pruning method through a training run.
using Sprout.Autograd;
using Sprout.Autograd.Modules;
using Sprout.Autograd.Optim;
using Sprout.Bert.Models;
using Sprout.Bert.Training;
using Sprout.Tensors;
using Sprout.Tensors.IO;

namespace Sprout.Pruning;

/// <summary>
/// Prunes layers while they learn: gives each a mask before every step, and turns the gradient of the masked weight W' = W ⊙ M into ∂L/∂W = ∂L/∂W' ⊙ M and
/// ∂L/∂S from Σ over the block of ∂L/∂W' ⊙ W (Sanh et al. 2020, section 3). What S means is the <see cref="PruningMethod"/>'s part.
/// </summary>
public sealed class Pruner : IPruner, IDisposable
{
    private readonly PruningMethod method;
    private readonly SparsitySchedule schedule;
    private readonly List<MaskedMatrix> matrices = [];
    private readonly long unprunedParameters;
    private readonly int totalSteps;
    private readonly ulong seed;
    private bool folded;

    /// <summary>A pruner of any layers.</summary>
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
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(layers);
        this.method = method;
        this.unprunedParameters = unprunedParameters;
        this.totalSteps = totalSteps;
        this.seed = seed;
        schedule = method.FollowsSchedule ? method.Options.CreateSchedule(totalSteps) : new SparsitySchedule(totalSteps, 0, 0, 0);
        try
        {
            foreach (Linear layer in layers) matrices.Add(new MaskedMatrix(layer, matrices.Count, method.Options.Block));
            Scores = [.. matrices.Select(matrix => matrix.Scores)];
            if (method.LearnsScores && method.IsStraightThrough && method.Options.Block == BlockShape.Entry)
                MaskedWeights = [.. matrices.Select(matrix => new MaskedWeight(matrix.Layer.Factor, matrix.Scores))];
            ScoreGroup = new ParameterGroup("scores", method.LearnsScores ? Scores : [], method.Options.ScoreLearningRate, WeightDecay: 0);
            if (method.Options.InitScores is string file) TensorFile.Load(file, Named(Scores));
            else foreach (MaskedMatrix matrix in matrices) method.InitializeScores(matrix, seed);
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
    /// <exception cref="OptionException">The schedule does not fit the run, or a block does not divide a matrix.</exception>
    /// <exception cref="InputException">The file of initial scores lacks a matrix or has another shape for it.</exception>
    public Pruner(PruningMethod method, Encoder encoder, int totalSteps, ulong seed)
        : this(method, encoder.Layers.SelectMany(layer => layer.Prunable), Unprunable(encoder), totalSteps, seed) { }

    /// <summary>The method's name.</summary>
    public string Method => method.Name;

    /// <inheritdoc/>
    public ParameterGroup ScoreGroup { get; }

    /// <inheritdoc/>
    public IReadOnlyList<Parameter> Scores { get; }

    /// <inheritdoc/>
    public IReadOnlyList<MaskedWeight> MaskedWeights { get; } = [];

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
        method.ComputeMasks(matrices, At(step));
        foreach (MaskedMatrix matrix in matrices) matrix.PackSparse();
    }

    /// <inheritdoc/>
    public double AddPenalty(int step) => method.AddPenalty(matrices, At(step));

    /// <inheritdoc/>
    public void FinishGradients(int step)
    {
        foreach (MaskedMatrix matrix in matrices) matrix.ForgetSparse();
        // Straight-through scores of single entries: the optimiser does it.
        if (MaskedWeights.Count > 0) return;
        foreach (MaskedMatrix matrix in matrices)
        {
            // Of a layer without a gradient nothing is learned in this step.
            if (matrix.Layer.Weight.Grad is not Tensor gradient) continue;
            if (method.LearnsScores) AddScoreGradient(matrix, At(step), gradient);
            if (matrix.Layer.Factor.Mask is Mask mask) gradient.Backend.ApplyMask(gradient, mask, gradient);
        }
    }

    /// <inheritdoc/>
    public void BeginEvaluation()
    {
        // The folded weights are those of evaluation, and the scores that chose them must stay for Save.
        if (!folded) method.ComputeMasks(matrices, new PruningStep(totalSteps, IsEvaluation: true, schedule, seed));
    }

    /// <summary>Makes the masks permanent: W ← W ⊙ M with the evaluation masks, exact zeros, and takes the masks out of the layers.</summary>
    public void Fold()
    {
        BeginEvaluation();
        foreach (MaskedMatrix matrix in matrices) matrix.Fold();
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
        [.. matrices.Select(matrix => new MatrixDensity(matrix.Name, matrix.Size, matrix.Kept))]);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (MaskedMatrix matrix in matrices) matrix.Dispose();
    }

    private static IEnumerable<(string, Tensor)> Named(IEnumerable<Parameter> parameters) => parameters.Select(parameter => (parameter.Name, parameter.Value));

    private static long Unprunable(Encoder encoder) =>
        encoder.Layers.Sum(layer => layer.Parameters().Sum(parameter => parameter.Shape.Count) - layer.Prunable.Sum(matrix => matrix.Weight.Shape.Count));

    private PruningStep At(int step) => new(step, IsEvaluation: false, schedule, seed);

    private void AddScoreGradient(MaskedMatrix matrix, PruningStep step, Tensor maskedGradient)
    {
        Tensor weight = matrix.Layer.Weight.Value;
        IBackend backend = weight.Backend;
        Tensor total = matrix.Scores.GradTarget(out bool accumulate);
        Tensor gradient = accumulate ? Tensor.Rent(backend, total.Shape) : total;
        backend.BlockSum(maskedGradient, weight, matrix.Block.Rows, matrix.Block.Columns, gradient);
        (method as IScoreGradient)?.ToScoreGradient(matrix, step, gradient);
        if (!accumulate) return;
        backend.AddScaled(gradient, 1f, total);
        gradient.Dispose();
    }
}
