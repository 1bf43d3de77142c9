// What a training run saves: checkpoints, also when something goes wrong, and the best model.
using Sprout.Autograd;
using Sprout.Tensors;
using Sprout.Tensors.IO;

namespace Sprout.Bert.Training;

public sealed partial class Trainer
{
    private readonly BestWeights bestWeights = new();

    // Evaluations whose model is in no checkpoint any more.
    private readonly HashSet<int> lost = [];
    private BestEvaluation? best;

    private bool IsOver => options.Patience is int patience && best?.Since >= patience;

    private IEnumerable<Parameter> WeightsAndScores => objective.Model.Parameters().Concat(pruner?.Scores ?? []);

    private void FindBest() =>
        best = options.ComparesEvaluations ? BestEvaluation.Of(state.LogHistory, bestMetric, pruner?.ScheduleEnd ?? 0, lost) : null;

    // After resuming: a best model that is not there any more cannot be the result, and that is told now and not after hours.
    private void FindBestInFolder()
    {
        FindBest();
        while (options.Keep == KeptModel.Best && best is not null && best.Step != state.GlobalStep
            && Checkpoint.Damage(output!, best.Step, identity) is string damage)
        {
            Note?.Invoke($"The best evaluation so far, after step {best.Step}, has no whole checkpoint any more ({damage}): it does not count.");
            lost.Add(best.Step);
            FindBest();
        }
    }

    // Of the best evaluation so far: in a checkpoint, or in memory when there can be none.
    private void KeepPresent(CancellationToken cancellation)
    {
        bestWeights.Clear();
        if (!SaveDueCheckpoint(cancellation)) bestWeights.Keep(state.GlobalStep, WeightsAndScores);
    }

    // Puts the weights and scores of the best evaluation back, and evaluates them once more, so that all results are theirs. Returns their step.
    private int RestoreBest(IProgress<TrainerProgress>? progress, CancellationToken cancellation)
    {
        if (options.Keep != KeptModel.Best || best is null || best.Step == state.GlobalStep) return state.GlobalStep;
        isWhole = false;
        if (bestWeights.Step == best.Step) bestWeights.Restore();
        else Checkpoint.LoadModel(output!, best.Step, objective.Model, pruner);
        pruner?.BeginEvaluation();
        try
        {
            lastEvaluation = objective.Evaluate(options.EvalBatchSize, null, clock!.Evaluation(progress), cancellation);
        }
        catch (OperationCanceledException)
        {
            throw Cancelled(cancellation);
        }

        return best.Step;
    }

    // Beside as many as the options say. While the disk is full and somebody is told, it waits; where the folder cannot be written for another reason, the
    // checkpoint goes to the folder for temporary files. The checkpoint's path; null when there is none.
    private string? SaveLastCheckpoint(CancellationToken cancellation)
    {
        if (output is null) return null;
        try
        {
            Write(() => SaveInto(output, besides: 1), cancellation);
            return lastCheckpoint;
        }
        catch (InputException)
        {
            return SaveSomewhere();
        }
    }

    private void SaveInto(string folder, int besides = 0)
    {
        lastCheckpoint = Checkpoint.Save(
            folder, objective.Model, pruner, optimizer, state, Epoch, totalSteps, options.SaveTotalLimit + besides, identity,
            spare: options.Keep == KeptModel.Best ? best?.Step : null);
        lastCheckpointStep = state.GlobalStep;
    }

    // Waits while the disk is full.
    private void Write(Action write, CancellationToken cancellation)
    {
        try
        {
            FullDisk.Retry(write, Note, cancellation);
        }
        catch (InputException) when (cancellation.IsCancellationRequested)
        {
            throw Cancelled(cancellation);
        }
    }

    // Whether it was saved.
    private bool SaveDueCheckpoint(CancellationToken cancellation)
    {
        if (output is null) return false;
        try
        {
            Write(() => SaveInto(output), cancellation);
            return true;
        }
        catch (InputException e)
        {
            // The steps so far are worth more than the order to keep them; the next checkpoint tries again.
            Note?.Invoke($"{e.Message} Training goes on; {GoodCheckpoint()}.");
            return false;
        }
    }

    private OperationCanceledException Cancelled(CancellationToken cancellation)
    {
        string? path = output is null || !isWhole || state.GlobalStep == lastCheckpointStep ? lastCheckpoint : SaveSomewhere();
        string saved = output is null ? "" : path is not null ? $"; saved {path}" : $"; it could not be saved, {GoodCheckpoint()}";
        return new OperationCanceledException($"Cancelled after step {state.GlobalStep} of {totalSteps}{saved}.", cancellation);
    }

    private void SaveBeforeError()
    {
        if (output is null || state.GlobalStep == 0) return;
        if (isWhole && state.GlobalStep != lastCheckpointStep) SaveSomewhere();
        Note?.Invoke($"An error ended the training after step {state.GlobalStep}; {GoodCheckpoint()}.");
    }

    // Where the output folder cannot be written, the folder for temporary files may. The checkpoint's path; null when it was not saved.
    private string? SaveSomewhere()
    {
        try
        {
            SaveInto(output!);
            return lastCheckpoint;
        }
#pragma warning disable CA1031 // Whatever it is: the training comes first, and an error that ended it is the one worth reporting.
        catch (Exception e)
        {
            Note?.Invoke(e.Message);
        }

        string? folder = null;
        try
        {
            SaveInto(folder = Directory.CreateTempSubdirectory("sprout-").FullName);
            Note?.Invoke($"Saved {lastCheckpoint} instead; moved into {output}, it can be resumed.");
            return lastCheckpoint;
        }
        catch (Exception e)
        {
            Note?.Invoke(e.Message);
            if (folder is not null) DeleteIfEmpty(folder);
            return null;
        }
#pragma warning restore CA1031
    }

    private static void DeleteIfEmpty(string folder)
    {
        try
        {
            Directory.Delete(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // There is something in it, or it is in nobody's way.
        }
    }

    private string GoodCheckpoint() => lastCheckpoint is null ? "there is no checkpoint yet" : $"the last good checkpoint is {lastCheckpoint}";
}
