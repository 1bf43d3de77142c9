// A training run, from its recipe to the files that it leaves.
using Sprout.Bert.Sources;
using Sprout.Bert.Tasks;
using Sprout.Bert.Training;
using Sprout.Pruning.Inspection;
using Sprout.Pruning.Latency;
using Sprout.Pruning.Methods;
using Sprout.Tensors;
using Sprout.Tensors.IO;

namespace Sprout.Pruning.Runs;

/// <summary>Carries out recipes: loads model and data, trains and prunes, saves scores, makes the masks permanent, saves model and results.</summary>
public static class Run
{
    /// <summary>Carries out a recipe.</summary>
    /// <param name="recipe">What to do.</param>
    /// <param name="output">The folder for the model and everything about the run; null: nothing is written.</param>
    /// <param name="setup">Who listens, and what is not in the recipe; null: nobody and nothing.</param>
    /// <param name="cancellation">The step under way is finished and, with an output folder, a checkpoint saved.</param>
    /// <exception cref="OptionException">Options are out of range, contradict each other, or do not fit model, data or folder; nothing was written.</exception>
    /// <exception cref="InputException">
    /// A file, a model or a value is wrong; another run holds the folder; its checkpoints are damaged or of another run; a file cannot be written, and then the
    /// message names the checkpoint that holds the training.
    /// </exception>
    /// <exception cref="OperationCanceledException">The run was cancelled; the message names the checkpoint.</exception>
    /// <exception cref="DivergedException">The loss or the gradient is not finite; the last good checkpoint is named.</exception>
    /// <exception cref="NotFiniteException">A weight of the start model or the teacher is not finite, or the teacher computes what is no number.</exception>
    /// <exception cref="ArgumentException">An example in memory is none of its task: a class that there is not, a score that is no number.</exception>
    /// <exception cref="OutOfMemoryException">Model, batch or optimiser do not fit into memory.</exception>
    /// <remarks>
    /// What a device, or a listener, task, loss or method of the caller throws, passes through. When it happens during training, a checkpoint of the last step
    /// is saved before, and <see cref="RunSetup.Note"/> is told.
    /// </remarks>
    public static RunResult Execute(Recipe recipe, string? output = null, RunSetup? setup = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        OptionException.Require(output is null || !string.IsNullOrWhiteSpace(output), "Output", "a folder", "an empty text");
        using var log = new RunLog();
        try
        {
            return Execute(recipe, output, output is null ? setup ?? new RunSetup() : Listening(setup ?? new RunSetup(), log, recipe), log, cancellation);
        }
        catch (Exception e)
        {
            log.Write(e.Message);
            throw;
        }
    }

    private static RunResult Execute(Recipe recipe, string? output, RunSetup setup, RunLog log, CancellationToken cancellation)
    {
        recipe.Validate(ownTask: setup.Task is not null);
        if (setup.Predictions is not null && !recipe.Task.Evaluate)
        {
            OptionName predictions = new(nameof(setup.Predictions)), evaluate = new(nameof(recipe.Task.Evaluate));
            throw OptionException.Of($"{predictions} needs evaluation examples, and {evaluate} is false.");
        }

        // What costs nothing is checked before anything is loaded, and everything before the folder is touched.
        using RunLock? held = output is not null && Directory.Exists(output) ? RunLock.Take(output) : null;
        if (output is not null) RunFolder.Check(output, recipe, setup.Resume, setup.Overwrite);
        else if (setup.Resume) throw OptionException.Of($"{new OptionName(nameof(setup.Resume))} needs {new OptionName("Output")}, the folder of the run.");
        cancellation.ThrowIfCancellationRequested();
        using IBackend? own = setup.Backend is null ? recipe.Device.Open(setup.Note) : null;
        IBackend backend = setup.Backend ?? own!;
        TrainingTask? task = setup.Task is null ? null : new TextTrainingTask(setup.Task);
        using TaskSession session = TaskSession.Load(backend, recipe.Task, task, recipe.Training.Seed, note: setup.Note);
        Objective objective = session.Objective;
        int steps = recipe.Training.TotalSteps(objective.TrainCount);
        PruningOptions pruning = recipe.Pruning with { ScheduleWarmup = recipe.Pruning.ScheduleWarmup ?? recipe.Training.WarmupStepsOf(steps) };
        recipe.Training.ValidateFor(objective);
        LatencyTable? latency = RunLatency.Of(recipe, output, session, backend, setup, cancellation);
        using Pruner? pruner = PruningMethods.CreatePruner(session.Model.Encoder, pruning, steps, recipe.Training.Seed, latency);
        if (pruning.KeepZeros) RequireZeros(pruner!);
        cancellation.ThrowIfCancellationRequested();
        var summary = new RunSummary(setup.Task?.Name ?? recipe.Task.Task, objective.Summary, pruning, steps);
        setup.Understood?.Invoke(summary);
        if (recipe.Training.ComparesEvaluations && pruner is { ScheduleEnd: > 0 })
            setup.Note?.Invoke($"Evaluations count for the best one from step {pruner.ScheduleEnd} on, where the schedule ends.");
        IReadOnlyDictionary<string, string>? identity = output is null ? null : RunIdentity.Of(recipe, session, latency);
        using RunLock? made = output is not null && held is null ? RunLock.Take(output) : null;
        // Another run may have made the folder meanwhile, and come to its end.
        if (made is not null) RunFolder.Check(output!, recipe, setup.Resume, setup.Overwrite);
        if (output is not null)
        {
            RunFolder.Open(output, recipe, setup.Overwrite);
            log.Open(output, setup.Resume, setup.Note);
            latency?.Save(output);
        }

        TrainingResult outcome = Train(backend, objective, recipe.Training, pruner, output, identity, setup, log, cancellation);
        setup.Trained?.Invoke();
        if (outcome.Steps < steps)
            setup.Note?.Invoke($"Ended after step {outcome.Steps} of {steps}: {recipe.Training.Patience} evaluations without a better one.");
        if (outcome.KeptStep < outcome.Steps) setup.Note?.Invoke($"The result is the model of step {outcome.KeptStep}, the best evaluation.");
        if (output is null) pruner?.Fold();
        RunResult result = output is null
            ? ResultOf(outcome, session, pruner, output)
            : Save(output, recipe, summary, session, pruner, outcome, setup.Note, cancellation);
        if (result.Pruning?.SpeedupText is string speedup) log.Write(speedup);
        if (output is not null)
            log.Write($"Finished: {RunLog.Text(result.Metrics)}.");
        Predict(objective, recipe.Training.EvalBatchSize, setup, cancellation);
        return result;
    }

    private static void Predict(Objective objective, int batchSize, RunSetup setup, CancellationToken cancellation)
    {
        if (setup.Predictions is null) return;
        try
        {
            objective.Evaluate(batchSize, setup.Predictions, setup.Progress, cancellation);
        }
        catch (OperationCanceledException e)
        {
            throw new OperationCanceledException("Cancelled: the run is finished and saved, its predictions are not.", e, cancellation);
        }
    }

    private static RunResult ResultOf(TrainingResult outcome, TaskSession session, Pruner? pruner, string? output) =>
        new(outcome.Metrics, pruner?.Report(), outcome.Steps, output)
        {
            KeptStep = outcome.KeptStep,
            ClassReports = session.Objective.ClassReports,
            Cost = CostReport.Of(session.Model, output is null ? null : new FileInfo(Path.Combine(output, HuggingFaceFolder.WeightsFile)).Length),
        };

    private static void RequireZeros(Pruner pruner)
    {
        pruner.BeginEvaluation();
        if (pruner.Density < 1) return;
        throw OptionException.Of($"{new OptionName(nameof(PruningOptions.KeepZeros))} has no effect: no prunable weight of the start model is 0.");
    }

    // What is said goes into the log of the run too.
    private static RunSetup Listening(RunSetup setup, RunLog log, Recipe recipe) => setup with
    {
        Note = note =>
        {
            log.Write(note);
            setup.Note?.Invoke(note);
        },
        Understood = summary =>
        {
            foreach (string sentence in summary.Describe()) log.Write(sentence);
            setup.Understood?.Invoke(summary);
        },
        Progress = log.Listen(setup.Progress, recipe.Training.LoggingSteps),
    };

    private static TrainingResult Train(
        IBackend backend, Objective objective, TrainingOptions options, Pruner? pruner, string? output,
        IReadOnlyDictionary<string, string>? identity, RunSetup setup, RunLog log, CancellationToken cancellation)
    {
        using ITrainingLog? curves = OpenLog(output, setup);
        using var trainer = new Trainer(backend, objective, options, pruner, output, curves, identity)
        {
            Note = setup.Note,
            Evaluated = (step, metrics) => log.Write($"Evaluation after step {step}: {RunLog.Text(metrics)}."),
        };
        if (setup.Resume && !trainer.Resume())
        {
            RunFolder.RequireUnfinished(output!);
            setup.Note?.Invoke($"{output} has no checkpoint yet: starting at step 1.");
        }

        setup.Starting?.Invoke();
        return trainer.Train(setup.Progress, cancellation);
    }

    private static ITrainingLog? OpenLog(string? output, RunSetup setup)
    {
        try
        {
            return output is null ? null : setup.Log?.Invoke(RunFolder.LogsOf(output));
        }
        catch (InputException e)
        {
            // Curves are not worth a run.
            setup.Note?.Invoke($"There will be no curves: {e.Message}");
            return null;
        }
    }

    // Makes the masks permanent and writes all files; while the disk is full and somebody is told, it waits.
    private static RunResult Save(
        string output, Recipe recipe, RunSummary summary, TaskSession session, Pruner? pruner, TrainingResult outcome, Action<string>? note,
        CancellationToken cancellation)
    {
        string? checkpoint = outcome.Checkpoint;
        void Write(Action write) => FullDisk.Retry(write, note, cancellation);
        try
        {
            if (pruner is not null) Write(() => pruner.Save(output));
            pruner?.Fold();
            Write(() => session.Save(output));
            RunResult result = ResultOf(outcome, session, pruner, output);
            Write(() => RunFolder.SaveResults(output, outcome.Metrics, result.Cost));
            Write(() => ClassesJson.Save(output, session.Objective.ClassReports));
            Write(() =>
            {
                if (!ModelCard.Save(output, recipe, summary, result, session.Model, session.Objective.PrimaryMetric))
                    note?.Invoke($"{Path.Combine(output, ModelCard.FileName)} was not written by Sprout and stays as it is: it is no card of this model.");
            });
            if (checkpoint is not null) Checkpoint.Delete(Path.GetDirectoryName(checkpoint)!, outcome.Steps);
            return result;
        }
        catch (InputException e)
        {
            string text = checkpoint is null ? e.Message : $"{e.Message} Nothing is lost: {checkpoint} holds the training, and the run can be resumed.";
            throw cancellation.IsCancellationRequested ? new OperationCanceledException(text, e, cancellation) : new InputException(text, e);
        }
    }
}
