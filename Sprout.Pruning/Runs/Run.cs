// A training run, from its recipe to the files that it leaves.
using Sprout.Bert.Tasks;
using Sprout.Bert.Training;
using Sprout.Pruning.Methods;
using Sprout.Tensors;

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
    /// <exception cref="InputException">A file, a model or a value is wrong.</exception>
    /// <exception cref="NotFiniteException">A weight of the start model or the teacher is not finite.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    /// <exception cref="DivergedException">The loss or the gradient is not finite; the last good checkpoint is named.</exception>
    public static RunResult Execute(Recipe recipe, string? output = null, RunSetup? setup = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(recipe);
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
        using Pruner? pruner = PruningMethods.CreatePruner(session.Model.Encoder, pruning, steps, recipe.Training.Seed);
        recipe.Training.ValidateFor(objective.TrainCount);
        cancellation.ThrowIfCancellationRequested();
        var summary = new RunSummary(setup.Task?.Name ?? recipe.Task.Task, objective.Summary, pruning, steps);
        setup.Understood?.Invoke(summary);
        string identity = output is null ? "" : RunIdentity.Of(recipe, objective);
        using RunLock? made = output is not null && held is null ? RunLock.Take(output) : null;
        if (output is not null)
        {
            RunFolder.Open(output, recipe, setup.Overwrite);
            log.Open(output, setup.Resume);
        }

        TrainingResult outcome = Train(backend, objective, recipe.Training, pruner, output, identity, setup, cancellation);
        setup.Trained?.Invoke();
        if (output is not null) pruner?.Save(output);
        pruner?.Fold();
        var result = new RunResult(outcome.Metrics, pruner?.Report(), outcome.Steps, output) { Confusions = objective.Confusions };
        if (output is not null)
        {
            session.Save(output);
            RunFolder.SaveResults(output, outcome.Metrics);
            ClassesJson.Save(output, objective.Confusions);
            if (!ModelCard.Save(output, recipe, summary, result, session.Model, objective.PrimaryMetric))
                setup.Note?.Invoke($"{Path.Combine(output, ModelCard.FileName)} was not written by Sprout and stays as it is: it is no card of this model.");
            Checkpoint.Delete(output, outcome.Steps);
            log.Write("Finished: " + string.Join(", ", result.Metrics.OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .Select(pair => FormattableString.Invariant($"{pair.Key} {pair.Value:0.######}"))) + ".");
        }

        if (setup.Prediction is not null) objective.Evaluate(recipe.Training.EvalBatchSize, setup.Prediction, setup.Progress, cancellation);
        return result;
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
        IBackend backend, Objective objective, TrainingOptions options, Pruner? pruner, string? output, string identity, RunSetup setup,
        CancellationToken cancellation)
    {
        using ITrainingLog? log = output is null ? null : setup.Log?.Invoke(RunFolder.LogsOf(output));
        using var trainer = new Trainer(backend, objective, options, pruner, output, log, identity);
        if (setup.Resume && !trainer.Resume(setup.Note))
        {
            RunFolder.RequireUnfinished(output!);
            setup.Note?.Invoke($"{output} has no checkpoint yet: starting at step 1.");
        }

        setup.Starting?.Invoke();
        TrainingResult outcome = trainer.Train(setup.Progress, cancellation);
        // Writing the model may fail, for want of space: the training is not lost.
        trainer.SaveCheckpoint(besides: 1);
        return outcome;
    }
}
