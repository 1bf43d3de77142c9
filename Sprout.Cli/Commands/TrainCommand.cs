// sprout train
using System.CommandLine;
using System.Text.Json.Nodes;
using Sprout.Bert.Training;
using Sprout.Cli.Settings;
using Sprout.Pruning;
using Sprout.Tensors;
using Sprout.Tensors.Devices;

namespace Sprout.Cli.Commands;

/// <summary>Fine-tunes a model, optionally pruning it, optionally from a teacher.</summary>
public static class TrainCommand
{
    /// <summary>The line of <c>sprout --help</c>.</summary>
    public const string Summary = "Fine-tune a BERT, optionally pruning it while it learns, optionally from a teacher.";

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("train", Summary);
        var task = new TaskSettings(command, train: true);
        var run = new RunSettings(command);
        var training = new TrainSettings(command);
        var pruning = new PruneSettings(command);
        var teacher = new TeacherSettings(command);
        var device = new DeviceSettings(command);
        command.SetAction(result =>
        {
            TaskOptions taskOptions = teacher.Add(task.Read(result) with { Dropout = run.Dropout(result), Seed = training.Seed(result) }, result);
            TrainingOptions options = training.Read(result, pruning.TrainEmbeddings(result));
            PruningOptions pruningOptions = pruning.Read(result, options.WarmupSteps);
            JsonObject settings = RunSettings.Describe(result, task, run, training, pruning, teacher, device);
            using IBackend backend = run.Profile(result) ? new ProfiledBackend(device.Open(result)) : device.Open(result);
            using TaskSession session = TaskSession.Load(backend, taskOptions, note: terminal.Log);
            // All options are checked before the folder is touched.
            int totalSteps = options.TotalSteps(session.Objective.TrainCount);
            options.ValidateFor(session.Objective.TrainCount);
            using Pruner? pruner = pruningOptions.IsPruning ? Pruner.ForModel(session.Model.Bert, pruningOptions, totalSteps, options.Seed) : null;
            string output = run.Output(result);
            RunFolder.Open(output, settings, run.Resume(result), run.Overwrite(result));
            IReadOnlyDictionary<string, double> metrics = Train(terminal, backend, session, options, pruner, output, run.Resume(result), device.Threads(result));
            if (run.Predictions(result) is string path) EvalCommand.Evaluate(terminal, session.Objective, options.EvalBatchSize, path);
            Print(terminal, metrics, pruner, output, run.Json(result));
            return ExitCode.Done;
        });
        return command;
    }

    private static IReadOnlyDictionary<string, double> Train(
        Terminal terminal, IBackend backend, TaskSession session, TrainingOptions options, Pruner? pruner, string output, bool resume, int threads)
    {
        using var trainer = new Trainer(backend, session.Objective, options, pruner, output);
        if (resume) terminal.Log(trainer.Resume() ? $"Continuing the newest checkpoint of {output}." : $"{output} has no checkpoint yet: starting at step 1.");
        (backend as ProfiledBackend)?.Restart();
        TrainingResult outcome = trainer.Train(new ProgressDisplay(terminal), terminal.Cancellation);
        if (backend is ProfiledBackend profile) ProfileTable.Write(terminal, profile);
        pruner?.Save(output);
        pruner?.Fold();
        session.Save(output);
        RunFolder.SaveResults(output, outcome.Metrics);
        return outcome.Metrics;
    }

    private static void Print(Terminal terminal, IReadOnlyDictionary<string, double> metrics, Pruner? pruner, string output, bool json)
    {
        if (json)
        {
            JsonObject document = EvalCommand.ToJson(metrics);
            if (pruner is not null) document["density"] = pruner.Density;
            document["output"] = output;
            terminal.Document(document);
            return;
        }

        EvalCommand.Print(terminal, metrics);
        if (pruner is not null) terminal.Output.WriteLine(FormattableString.Invariant($"density = {100 * pruner.Density:0.00} % of the prunable weights, {pruner.Report().RemainingPercent:0.00} % remaining as the paper counts"));
        terminal.Output.WriteLine($"model = {output}");
    }
}
