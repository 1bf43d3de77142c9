// The README's C# example, compiled and run as it stands there.
using Sprout.Bert.Data;
using Sprout.Bert.Training;
using Sprout.Pruning;
using Sprout.Tensors;
using Sprout.Tensors.Devices;
using Sprout.Tests.Training;

namespace Sprout.Tests.Readme;

public sealed class QuickStart
{
    [Fact]
    public void Example_trains_and_prunes()
    {
        using var run = new TinyRun();
        string model = run.Model, data = run.Folder, output = run.PathOf("pruned");
        // begin
        using IBackend device = Device.Open("cpu");
        using TaskSession session = TaskSession.Load(device, new TaskOptions { Model = model, Task = "sst2", Data = new DataFiles(data) });
        var options = new TrainingOptions { Epochs = 3, LearningRate = 1e-4, TrainEmbeddings = false };
        int steps = options.TotalSteps(session.Objective.TrainCount);
        var pruning = new PruningOptions { Method = "movement", Density = 0.1 };
        using Pruner pruner = Pruner.ForModel(session.Model.Bert, pruning, steps, options.Seed);
        using var trainer = new Trainer(device, session.Objective, options, pruner);
        TrainingResult result = trainer.Train(new Progress<TrainerProgress>(), CancellationToken.None);
        pruner.Fold();
        session.Save(output);
        // end
        result.Metrics.Should().ContainKey("eval_accuracy");
        ModelInspector.Inspect(output).Density.Should().BeLessThan(0.11);
    }

    [Fact]
    public void The_readme_shows_exactly_this_example()
    {
        string[] source = File.ReadAllLines(Repository.PathOf("Sprout.Tests", "Readme", "QuickStart.cs"));
        IEnumerable<string> example = source.SkipWhile(line => line.Trim() != "// begin").Skip(1).TakeWhile(line => line.Trim() != "// end").Select(line => line.Trim());
        string[] readme = [.. File.ReadAllLines(Repository.PathOf("README.md")).Select(line => line.Trim())];
        readme.SkipWhile(line => line != "```csharp").Skip(1).TakeWhile(line => line != "```").Where(line => !line.StartsWith("using Sprout", StringComparison.Ordinal) && line.Length > 0).Should().Equal(example);
    }
}
