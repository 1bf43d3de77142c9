// The training loop.
using Sprout.Autograd;
using Sprout.Autograd.Optim;
using Sprout.Tensors;
using Sprout.Tensors.Random;

namespace Sprout.Bert.Training;

/// <summary>What a finished run reports.</summary>
/// <param name="Metrics">By Hugging Face names: eval_…, train_loss, train_runtime, epoch, ….</param>
/// <param name="Steps">Optimiser steps of the whole run.</param>
public sealed record TrainingResult(IReadOnlyDictionary<string, double> Metrics, int Steps)
{
    /// <summary>Steps of the model that was kept: all, or those of the best evaluation.</summary>
    public int KeptStep { get; init; } = Steps;

    /// <summary>The folder of the last step's checkpoint; null when there is none.</summary>
    public string? Checkpoint { get; init; }
}

/// <summary>
/// Fine-tunes a model and lets a pruner work on it. One seed decides everything: the same options give the same bits on any number of threads,
/// and a run that was cancelled and resumed gives the bits of one that was not.
/// </summary>
public sealed partial class Trainer : IDisposable
{
    private readonly IBackend backend;
    private readonly Objective objective;
    private readonly TrainingOptions options;
    private readonly IPruner? pruner;
    private readonly string? output;
    private readonly IReadOnlyDictionary<string, string>? identity;
    private readonly AdamW optimizer;
    private readonly List<Parameter> trained;
    private readonly int totalSteps, stepsPerEpoch;
    private readonly LearningRateSchedule schedule;
    private readonly string bestMetric;
    private ITrainingLog? log;
    private TrainerState state = new();
    // False while an update is under way: half of it must not be saved.
    private bool isWhole = true;
    private TrainingClock? clock;
    // Counting what is kept makes a device wait, so it is done when it is logged.
    private double? density;
    private IReadOnlyDictionary<string, double> lastEvaluation = new Dictionary<string, double>();
    private int lastEvaluationStep = -1;
    private long tokens;
    private string? lastCheckpoint;
    private int lastCheckpointStep;

    /// <summary>A run that has not started.</summary>
    /// <param name="backend">The model's backend.</param>
    /// <param name="objective">Data, model and loss.</param>
    /// <param name="options">The settings.</param>
    /// <param name="pruner">What prunes the model meanwhile, or null.</param>
    /// <param name="output">The folder for checkpoints and the state; null: nothing is written.</param>
    /// <param name="log">Receives the curves; null: nobody. Who made it keeps owning it.</param>
    /// <param name="identity">What checkpoints say of the run, and resuming asks of them: the same for the run and its continuation; null: nothing.</param>
    /// <exception cref="OptionException">An option is out of range or does not fit the length of the run.</exception>
    public Trainer(
        IBackend backend, Objective objective, TrainingOptions options, IPruner? pruner = null, string? output = null, ITrainingLog? log = null,
        IReadOnlyDictionary<string, string>? identity = null)
    {
        options.Validate();
        options.ValidateFor(objective);
        this.backend = backend;
        this.objective = objective;
        this.options = options;
        this.pruner = pruner;
        this.output = output;
        this.log = log;
        this.identity = identity;
        totalSteps = options.TotalSteps(objective.TrainCount);
        stepsPerEpoch = options.StepsPerEpoch(objective.TrainCount);
        schedule = new LearningRateSchedule(options.LrSchedule, options.WarmupStepsOf(totalSteps), totalSteps);
        bestMetric = options.BestMetricOf(objective);
        bool trainsEmbeddings = options.TrainEmbeddings ?? pruner is not { RemovesWeights: true };
        foreach (Parameter parameter in objective.Model.Encoder.EmbeddingParameters) parameter.RequiresGrad = trainsEmbeddings;
        List<ParameterGroup> groups = Groups();
        trained = [.. groups.SelectMany(group => group.Parameters)];
        optimizer = new AdamW(groups, options.AdamEpsilon, masked: pruner?.MaskedWeights);
    }

    /// <summary>Receives one sentence for each thing the user should know; null: nobody, and no full disk is waited for.</summary>
    public Action<string>? Note { get; init; }

    /// <summary>Receives the steps done and the metrics after every evaluation but one that a resumed run repeats; null: nobody.</summary>
    public Action<int, IReadOnlyDictionary<string, double>>? Evaluated { get; init; }

    /// <summary>Restores the newest whole checkpoint of the output folder, and tells of newer ones that are damaged.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="InputException">The checkpoint is of another run or model.</exception>
    public bool Resume()
    {
        if (output is null || Checkpoint.Newest(output, identity, Note) is not string path) return false;
        Note?.Invoke($"Continuing the newest checkpoint of {output}: {Path.GetFileName(path)}.");
        state = Checkpoint.Load(path, objective.Model, pruner, optimizer);
        if (state.GlobalStep > totalSteps)
            throw new InputException($"{path}: expected a checkpoint of at most the {totalSteps} steps of this run, found one after {state.GlobalStep}.");
        lastCheckpoint = path;
        lastCheckpointStep = state.GlobalStep;
        FindBestInFolder();
        return true;
    }

    /// <summary>
    /// Trains to the end, evaluates, saves a checkpoint of the last step if there is an output folder, and leaves the model that
    /// <see cref="TrainingOptions.Keep"/> says; the pruner's evaluation masks stay in the layers.
    /// </summary>
    /// <param name="progress">Receives a report after every step.</param>
    /// <param name="cancellation">The step under way is finished and, with an output folder, a checkpoint saved.</param>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    /// <exception cref="DivergedException">The loss or the gradient is not finite.</exception>
    /// <remarks>Before any other error, of a device, of a listener or for want of memory, leaves this method, a checkpoint of the last step is saved.</remarks>
    public TrainingResult Train(IProgress<TrainerProgress>? progress = null, CancellationToken cancellation = default)
    {
        try
        {
            return TrainToEnd(progress, cancellation);
        }
        catch (Exception e) when (e is not DivergedException && !(e is OperationCanceledException && cancellation.IsCancellationRequested))
        {
            SaveBeforeError();
            throw;
        }
    }

    private TrainingResult TrainToEnd(IProgress<TrainerProgress>? progress, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) throw new OperationCanceledException("Cancelled before the first step.", cancellation);
        objective.Prepare((long)totalSteps * options.StepSize, progress, cancellation);
        clock = new TrainingClock(state, options, objective.TrainCount, objective.EvalBatches(options.EvalBatchSize));
        using var tape = new Tape(backend);
        using Tensor lossValue = Tensor.Rent(backend, new Shape(1));
        var loss = new Variable(lossValue, requiresGrad: true);
        int[] order = [];
        int orderEpoch = -1;
        // A run cancelled right after a step left that step's evaluation undone.
        if (state.GlobalStep > 0 && state.GlobalStep < totalSteps && IsDue(options.EvalEvery) && !state.IsEvaluated) Evaluate(progress, cancellation);
        while (state.GlobalStep < totalSteps && !IsOver)
        {
            int epoch = state.GlobalStep / stepsPerEpoch;
            if (epoch != orderEpoch) order = Order(orderEpoch = epoch);
            Step(tape, loss, order, epoch);
            clock.Tick();
            progress?.Report(clock.Progress(Epoch, Metric(), density ??= pruner?.Density ?? 1, tokens));
            if (cancellation.IsCancellationRequested) throw Cancelled(cancellation);
            bool last = state.GlobalStep == totalSteps;
            if (!last && IsDue(options.EvalEvery)) Evaluate(progress, cancellation);
            if (!last && best?.Step == state.GlobalStep && options.Keep == KeptModel.Best) KeepPresent(cancellation);
            else if (!last && IsDue(options.SaveEvery)) SaveDueCheckpoint(cancellation);
        }

        Evaluate(progress, cancellation);
        // Writing the model may fail, for want of space: the training is not lost.
        string? checkpoint = SaveLastCheckpoint(cancellation);
        int kept = RestoreBest(progress, cancellation);
        var metrics = new Dictionary<string, double>(lastEvaluation)
        {
            ["train_loss"] = state.LossSum / state.GlobalStep,
            ["train_runtime"] = state.Seconds,
            ["train_samples"] = objective.TrainCount,
            ["train_samples_per_second"] = (double)state.GlobalStep * options.StepSize / Math.Max(1e-9, state.Seconds),
            ["train_steps_per_second"] = state.GlobalStep / Math.Max(1e-9, state.Seconds),
            ["epoch"] = Epoch,
        };
        if (output is not null) Write(() => state.Save(Path.Combine(output, TrainerState.FileName), Epoch, totalSteps), cancellation);
        return new TrainingResult(metrics, state.GlobalStep) { KeptStep = kept, Checkpoint = checkpoint };
    }

    /// <inheritdoc/>
    public void Dispose() => optimizer.Dispose();

    // Epochs done.
    private double Epoch => (double)state.GlobalStep / stepsPerEpoch;

    private List<ParameterGroup> Groups()
    {
        Parameter[] parameters = [.. objective.Model.Parameters().Where(parameter => parameter.RequiresGrad)];
        List<ParameterGroup> groups =
        [
            new ParameterGroup("weights", [.. parameters.Where(parameter => parameter.Decays)], options.LearningRate, options.WeightDecay),
            new ParameterGroup("biases and norms", [.. parameters.Where(parameter => !parameter.Decays)], options.LearningRate, 0),
        ];
        if (pruner is not null && pruner.ScoreGroup.Parameters.Count > 0) groups.Add(pruner.ScoreGroup);
        return groups;
    }

    // One optimiser step; the loss is that before the update.
    private void Step(Tape tape, Variable loss, int[] order, int epoch)
    {
        int step = state.GlobalStep;
        pruner?.BeginStep(step);
        foreach (Parameter parameter in trained) parameter.ZeroGrad();
        backend.Fill(loss.Value, 0f);
        int first = (int)(step % stepsPerEpoch * options.StepSize), end = (int)Math.Min(first + options.StepSize, order.Length);
        float scale = 1f / (end - first);
        for (int start = first, pass = 0; start < end; start += options.BatchSize, pass++)
        {
            tape.SeedDropout(options.Seed, ((ulong)step * (ulong)options.GradientAccumulation) + (ulong)pass);
            tokens += objective.ForwardBackward(tape, order.AsSpan(start, Math.Min(options.BatchSize, end - start)), epoch, scale, loss);
        }

        double penalty = pruner?.AddPenalty(step) ?? 0;
        pruner?.FinishGradients(step);
        (double norm, double value) = GradientNorm.WithLoss(loss.Value, trained, pruner?.MaskedWeights);
        value += penalty;
        if (!double.IsFinite(value) || !double.IsFinite(norm))
            throw new DivergedException(FormattableString.Invariant(
                $"Step {step + 1}: the {(double.IsFinite(value) ? $"gradient's norm is {norm}" : $"loss is {value}")}; {GoodCheckpoint()}."));
        double factor = schedule.FactorAt(step);
        isWhole = false;
        optimizer.Step(factor, GradientNorm.Coefficient(norm, options.MaxGradNorm));
        state.AddStep(value);
        (string, double)[] points = [];
        if (state.GlobalStep % options.LoggingSteps == 0 || state.GlobalStep == totalSteps)
        {
            density = pruner?.Density ?? 1;
            points =
                [("loss", state.TakeIntervalLoss()), ("grad_norm", norm), ("learning_rate", options.LearningRate * factor), ("density", density.Value)];
            state.Log(Epoch, points);
        }

        isWhole = true;
        Publish(points);
    }

    private void Evaluate(IProgress<TrainerProgress>? progress, CancellationToken cancellation)
    {
        if (lastEvaluationStep == state.GlobalStep) return;
        pruner?.BeginEvaluation();
        if (objective.Metrics.Count == 0) return;
        try
        {
            lastEvaluation = objective.Evaluate(options.EvalBatchSize, null, clock!.Evaluation(progress), cancellation);
        }
        catch (OperationCanceledException)
        {
            // The steps since the last checkpoint are not lost to an evaluation that takes its time.
            throw Cancelled(cancellation);
        }
        catch (NotFiniteException e)
        {
            throw new DivergedException(
                FormattableString.Invariant($"Evaluation after step {state.GlobalStep}: no eval_loss, as logits are not finite; {GoodCheckpoint()}."), e);
        }

        // The last update of a run has no loss of its own that would show what it did.
        foreach ((string name, double value) in lastEvaluation)
            if (name.StartsWith("eval_loss", StringComparison.Ordinal) && !double.IsFinite(value))
                throw new DivergedException(FormattableString.Invariant($"Evaluation after step {state.GlobalStep}: {name} is {value}; {GoodCheckpoint()}."));
        lastEvaluationStep = state.GlobalStep;
        // A run resumed after its last step evaluates once more, for what the model files do not tell.
        if (state.IsEvaluated) return;
        (string, double)[] points = [.. lastEvaluation.Select(pair => (pair.Key, pair.Value))];
        state.Log(Epoch, points);
        FindBest();
        Publish(points);
        Evaluated?.Invoke(state.GlobalStep, lastEvaluation);
    }

    private void Publish(ReadOnlySpan<(string Name, double Value)> points)
    {
        try
        {
            foreach ((string name, double value) in points)
                log?.AddScalar(name.StartsWith("eval_", StringComparison.Ordinal) ? "eval/" + name[5..] : "train/" + name, value, state.GlobalStep);
        }
        catch (Exception e) when (e is InputException or IOException or UnauthorizedAccessException)
        {
            // Curves are not worth a run.
            Note?.Invoke($"The curves end with step {state.GlobalStep}, training goes on: {e.Message}");
            log = null;
        }
    }

    private bool IsDue(int? every) => every switch
    {
        null => state.GlobalStep % stepsPerEpoch == 0,
        0 => false,
        int steps => state.GlobalStep % steps == 0,
    };

    // The latest evaluation, as in "accuracy 0.88".
    private string? Metric() =>
        lastEvaluation.TryGetValue(objective.PrimaryMetric, out double value)
            ? FormattableString.Invariant($"{objective.PrimaryMetric[5..]} {value:0.####}")
            : null;

    // The order depends on seed and epoch alone, so a resumed run needs no saved random state.
    private int[] Order(int epoch)
    {
        int[] order = [.. Enumerable.Range(0, objective.TrainCount)];
        if (options.Shuffle) new RandomStream(options.Seed, RandomStreams.ShuffleOf(epoch)).Shuffle(order);
        return order;
    }
}
