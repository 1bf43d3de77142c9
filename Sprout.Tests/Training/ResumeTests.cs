// A run that was cancelled or killed, and continued, gives the bits of one that was not.
using System.Text.Json.Nodes;
using Sprout.Bert.Tasks;
using Sprout.Bert.Training;
using Sprout.Pruning;
using Sprout.Pruning.Methods;
using Sprout.Tensors;
using Sprout.Tensors.Devices;

namespace Sprout.Tests.Training;

public sealed class ResumeTests : IDisposable
{
    // 30 examples in steps of 8: four steps an epoch, the last one smaller.
    private static readonly TrainingOptions Eight =
        new() { BatchSize = 4, GradientAccumulation = 2, Epochs = 2, LearningRate = 1e-3, LoggingSteps = 1, SaveEvery = 0, EvalBatchSize = 4 };

    private readonly TinyRun tiny = new();

    public void Dispose() => tiny.Dispose();

    [Theory]
    [InlineData("none", false, 3)]
    [InlineData("none", true, 4)]
    [InlineData("movement", false, 4)]
    [InlineData("movement", true, 5)]
    [InlineData("l0", false, 1)]
    [InlineData("l0", true, 7)]
    public void Resume_gives_the_bits_of_the_unbroken_run(string method, bool distilled, int step)
    {
        if (distilled) tiny.MakeModel("teacher", 2);
        Go("whole", method, distilled);
        Action cancelled = () => Go("broken", method, distilled, cancelAt: step);
        cancelled.Should().Throw<OperationCanceledException>().WithMessage($"Cancelled after step {step} of 8; saved *checkpoint-{step}.");
        Go("broken", method, distilled, resume: true);
        Same("whole", "broken");
    }

    [Fact]
    public void A_cancelled_evaluation_loses_no_step()
    {
        Go("whole", "movement", false);
        Action cancelled = () => Go("broken", "movement", false, cancelAt: 1, stage: "eval");
        cancelled.Should().Throw<OperationCanceledException>().WithMessage("Cancelled after step 4 of 8; saved *checkpoint-4.");
        Go("broken", "movement", false, resume: true);
        Same("whole", "broken");
    }

    [Theory]
    [InlineData("--method=none --gradient-accumulation=3")]
    [InlineData("--method=movement --density=0.3 --schedule-warmup=1")]
    [InlineData("--method=l0 --lambda=1 --teacher=$F/teacher")]
    public void Resume_from_any_checkpoint_of_the_command_gives_the_same_bits(string options)
    {
        tiny.MakeModel("teacher", 2);
        string all = options + " --max-steps=7 --save-every=2 --save-total-limit=9 --eval-every=3";
        string whole = tiny.Train("whole", all);
        string broken = Directory.CreateDirectory(tiny.PathOf("broken")).FullName;
        File.Copy(Path.Combine(whole, "training_options.json"), Path.Combine(broken, "training_options.json"));
        TinyRun.CopyFolder(Path.Combine(whole, "checkpoint-4"), Path.Combine(broken, "checkpoint-4"));
        // What a killed run leaves of a checkpoint is no checkpoint.
        Directory.CreateDirectory(Path.Combine(broken, "checkpoint-6.partial"));
        File.WriteAllText(Path.Combine(broken, "checkpoint-6.partial", "model.safetensors"), "half");
        CommandResult result = TinyRun.Run(tiny.Arguments("broken", all + " --resume"));
        result.Code.Should().Be(0, result.Log);
        result.Log.Should().Contain("Continuing the newest checkpoint");
        Same("whole", "broken");
        TinyRun.ReadJson(broken, "all_results.json")["train_loss"]!.GetValue<double>()
            .Should().Be(TinyRun.ReadJson(whole, "all_results.json")["train_loss"]!.GetValue<double>());
    }

    private void Go(string output, string method, bool distilled, int? cancelAt = null, string stage = "train", bool resume = false)
    {
        using IBackend backend = Device.Open("cpu", 2);
        var taskOptions = new TaskOptions
        {
            Model = tiny.Model,
            Task = "sst2",
            TrainFile = [tiny.TrainFile], EvalFile = tiny.EvalFile,
            MaxLength = 16,
            Dropout = 0.1,
            Teacher = distilled ? tiny.PathOf("teacher") : null,
        };
        using TaskSession session = TaskSession.Load(backend, taskOptions);
        var pruning = new PruningOptions { Method = method, Density = 0.3, Lambda = 3, ScheduleWarmup = 1 };
        using Pruner? pruner = pruning.IsPruning ? PruningMethods.CreatePruner(session.Model.Encoder, pruning, 8, Eight.Seed) : null;
        string folder = Directory.CreateDirectory(tiny.PathOf(output)).FullName;
        using var trainer = new Trainer(backend, session.Objective, Eight, pruner, folder);
        trainer.Resume().Should().Be(resume);
        using var source = new CancellationTokenSource();
        trainer.Train(new Listener(report =>
        {
            if (report.Stage == stage && report.Step == cancelAt) source.Cancel();
        }), source.Token);
        pruner?.Save(folder);
        pruner?.Fold();
        session.Save(folder);
    }

    private void Same(string first, string second)
    {
        foreach (string file in (string[])["model.safetensors", "scores.safetensors"])
        {
            string path = Path.Combine(tiny.PathOf(first), file), other = Path.Combine(tiny.PathOf(second), file);
            File.Exists(other).Should().Be(File.Exists(path));
            if (File.Exists(path)) File.ReadAllBytes(other).AsSpan().SequenceEqual(File.ReadAllBytes(path)).Should().BeTrue(file);
        }

        JsonNode? History(string name) => TinyRun.ReadJson(tiny.PathOf(name), TrainerState.FileName)["log_history"];
        History(second)!.ToJsonString().Should().Be(History(first)!.ToJsonString());
    }
}
