// What a training step asks of the host.
using ILGPU.Runtime;
using Sprout.Bert.Tasks;
using Sprout.Bert.Training;
using Sprout.Pruning;
using Sprout.Pruning.Methods;
using Sprout.Tensors.Ilgpu;
using Sprout.Tests.Training;

namespace Sprout.Tests.Emulation;

public sealed class DeviceTrafficTests : IDisposable
{
    // Ids, positions and types, offsets, first tokens and their offsets, targets and their offsets.
    private const int Inputs = 8;

    private readonly TinyRun tiny = new();

    public void Dispose() => tiny.Dispose();

    [Theory]
    [InlineData("none", 1)]
    [InlineData("movement", 1)]
    [InlineData("soft-movement", 2)] // The penalty's value, which the loss shows.
    public void A_step_on_a_device_copies_the_batch_in_and_the_loss_out(string method, int copiesOut)
    {
        var accelerator = new Accelerator(laneOrder: 1);
        using var backend = new IlgpuBackend(accelerator, EmulatedDevice.Name);
        var task = new TaskOptions { Model = tiny.Model, Task = "sst2", TrainFile = [tiny.TrainFile], EvalFile = tiny.EvalFile, MaxLength = 16 };
        using TaskSession session = TaskSession.Load(backend, task);
        var pruning = new PruningOptions { Method = method, Density = 0.3, Lambda = 3, ScheduleWarmup = 1 };
        using Pruner? pruner = pruning.IsPruning ? PruningMethods.CreatePruner(session.Model.Encoder, pruning, 32, 1) : null;
        using var trainer = new Trainer(
            backend, session.Objective, new TrainingOptions { BatchSize = 4, MaxSteps = 32, LoggingSteps = 100, EvalEvery = 0, Shuffle = false }, pruner);
        var at = new Dictionary<int, (int In, int Out, int Allocations)>();
        trainer.Train(new Listener(report =>
        {
            if (report.Stage == "train") at[report.Step] = (accelerator.Traffic.CopiesIn, accelerator.Traffic.CopiesOut, accelerator.Traffic.Allocations);
        }));

        // An epoch has eight steps with the batches of the one before. After two of them the pool has what any step asks for.
        (at[31].Out - at[16].Out).Should().Be(15 * copiesOut);
        (at[31].In - at[16].In).Should().Be(15 * Inputs);
        (at[31].Allocations - at[16].Allocations).Should().Be(0);
    }
}
