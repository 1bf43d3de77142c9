// Steps leave nothing behind.
using Sprout.Bert.Tasks;
using Sprout.Bert.Training;
using Sprout.Pruning;
using Sprout.Pruning.Methods;
using Sprout.Tensors;
using Sprout.Tensors.Devices;

namespace Sprout.Tests.Training;

public sealed class MemoryTests : IDisposable
{
    private readonly TinyRun tiny = new();

    public void Dispose() => tiny.Dispose();

    [Theory]
    [InlineData("none")]
    [InlineData("movement")]
    [InlineData("soft-movement")]
    [InlineData("l0")]
    public void Live_memory_is_flat_over_steps(string method)
    {
        using IBackend backend = Device.Open("cpu", 1);
        var task = new TaskOptions { Model = tiny.Model, Task = "sst2", TrainFile = [tiny.TrainFile], EvalFile = tiny.EvalFile, MaxLength = 16 };
        using TaskSession session = TaskSession.Load(backend, task);
        var pruning = new PruningOptions { Method = method, Density = 0.3, InitialDensity = 0.3, Lambda = 3, ScheduleWarmup = 1 };
        using Pruner? pruner = pruning.IsPruning ? PruningMethods.CreatePruner(session.Model.Encoder, pruning, 40, 1) : null;
        var options = new TrainingOptions { BatchSize = 4, MaxSteps = 40, LoggingSteps = 100, EvalEvery = 0 };
        using var trainer = new Trainer(backend, session.Objective, options, pruner);
        var live = new Dictionary<int, long>();
        var allocated = new Dictionary<int, long>();
        trainer.Train(new Listener(report =>
        {
            if (report.Stage != "train") return;
            live[report.Step] = backend.LiveBytes;
            allocated[report.Step] = GC.GetAllocatedBytesForCurrentThread();
        }));
        live[30].Should().Be(live[3]);
        live[40].Should().Be(live[3]);
        // An epoch has eight steps: the same examples, whatever their order.
        long early = allocated[16] - allocated[8], late = allocated[40] - allocated[32];
        late.Should().BeLessThan((long)(1.2 * early));
    }

    [Fact]
    public void Nothing_lives_on_after_a_run()
    {
        using IBackend backend = Device.Open("cpu", 1);
        long before = backend.LiveBytes;
        var task = new TaskOptions { Model = tiny.Model, Task = "sst2", TrainFile = [tiny.TrainFile], EvalFile = tiny.EvalFile, MaxLength = 16 };
        using (TaskSession session = TaskSession.Load(backend, task))
        using (Pruner? pruner = PruningMethods.CreatePruner(session.Model.Encoder, new PruningOptions { Method = "movement", Density = 0.3 }, 4, 1))
        using (var trainer = new Trainer(backend, session.Objective, new TrainingOptions { BatchSize = 4, MaxSteps = 4 }, pruner))
            trainer.Train();
        backend.LiveBytes.Should().Be(before);
    }
}
