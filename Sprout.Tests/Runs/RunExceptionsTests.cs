// Every exception that Run.Execute documents, and no other that a user can cause.
using System.Text.RegularExpressions;
using Sprout.Bert.Data;
using Sprout.Bert.Tasks;
using Sprout.Bert.Training;
using Sprout.Pruning.Runs;
using Sprout.Tensors;
using Sprout.Tensors.Devices;
using Sprout.Tensors.IO;
using Sprout.Tests.Training;

namespace Sprout.Tests.Runs;

public sealed partial class RunExceptionsTests : IDisposable
{
    private readonly TinyRun tiny = new();

    public void Dispose() => tiny.Dispose();

    private Recipe Recipe => new()
    {
        Task = new TaskOptions { Model = tiny.Model, MaxLength = 16, Task = "sst2", TrainFile = [tiny.TrainFile], EvalFile = tiny.EvalFile },
        Training = new TrainingOptions { MaxSteps = 3, BatchSize = 4 },
        Device = new DeviceOptions { Threads = 1 },
    };

    [Fact]
    public void The_documented_exceptions_are_those_that_come()
    {
        string held = Directory.CreateDirectory(tiny.PathOf("held")).FullName, full = tiny.PathOf("full"), teacher = tiny.MakeModel("teacher", 2);
        Directory.CreateDirectory(Path.Combine(full, "model.safetensors"));
        MakeNotFinite(teacher);
        using RunLock other = RunLock.Take(held);
        using var cancelled = new CancellationTokenSource();
        var stranger = new ListTask(["even", "odd"], [new TextExample("aa", Label: 2)], [new TextExample("aa", Label: 0)]);
        (Type Expected, Action Run)[] cases =
        [
            (typeof(OptionException), () => Run.Execute(Recipe with { Training = new TrainingOptions { BatchSize = 0 } })),
            (typeof(OptionException), () => Run.Execute(Recipe, tiny.Model)),
            (typeof(OptionException), () => Run.Execute(Recipe, setup: new RunSetup { Resume = true })),
            (typeof(InputException), () => Run.Execute(Recipe with { Task = Recipe.Task with { Model = tiny.PathOf("none") } })),
            (typeof(InputException), () => Run.Execute(Recipe, tiny.TrainFile)),
            (typeof(InputException), () => Run.Execute(Recipe, held)),
            (typeof(InputException), () => Run.Execute(Recipe, full, new RunSetup { Overwrite = true })),
            (typeof(OperationCanceledException), () => Run.Execute(Recipe, null, Reporting(cancelled.Cancel), cancelled.Token)),
            (typeof(DivergedException), () => Run.Execute(Recipe with { Training = Recipe.Training with { LearningRate = 1e38 } })),
            (typeof(NotFiniteException), () => Run.Execute(
                Recipe with { Task = Recipe.Task with { Teacher = teacher }, Training = Recipe.Training with { MaxSteps = null, Epochs = 1 } })),
            (typeof(ArgumentException), () => Run.Execute(Recipe, setup: new RunSetup { Task = stranger })),
            (typeof(OutOfMemoryException), () => Run.Execute(Recipe, null, Reporting(() => throw new InsufficientMemoryException()))),
        ];
        foreach ((Type expected, Action run) in cases)
            run.Should().Throw<Exception>().Which.Should().BeAssignableTo(expected, "{0}", Array.FindIndex(cases, item => item.Run == run));
        Documented().Should().BeEquivalentTo(cases.Select(item => item.Expected.Name).Distinct());
    }

    [Fact]
    public void A_model_that_cannot_be_written_is_told_with_the_checkpoint()
    {
        string output = tiny.PathOf("full");
        Directory.CreateDirectory(Path.Combine(output, "model.safetensors"));
        Action run = () => Run.Execute(Recipe, output, new RunSetup { Overwrite = true });
        run.Should().Throw<InputException>().WithMessage("Cannot write *model.safetensors: *Nothing is lost: *checkpoint-3 holds the training*");
    }

    [Theory]
    [InlineData("$F/none/predictions.jsonl")]
    [InlineData("$F/model")]
    public void Predictions_that_cannot_be_written_are_refused_before_anything_is_loaded(string file)
    {
        string predictions = file.Replace("$F", tiny.Folder, StringComparison.Ordinal);
        string[][] commands =
        [
            tiny.Arguments("output", $"--predictions={predictions}"),
            ["eval", "--model", tiny.Model, "--task", "sst2", "--eval-file", tiny.EvalFile, "--max-length", "16", "--predictions", predictions],
        ];
        foreach (string[] command in commands)
        {
            CommandResult result = TinyRun.Run(command);
            result.Code.Should().Be(3);
            result.Log.Should().StartWith($"Cannot write {predictions}: ").And.NotContain("examples");
        }

        Directory.Exists(tiny.PathOf("output")).Should().BeFalse();
    }

    [SystemFact("linux", "macos")]
    public void Devices_are_not_replaced_by_files() =>
        ((Action)(() => AtomicFile.RequireWritable("/dev/stdout"))).Should().Throw<InputException>().WithMessage("*found a device.");

    [Fact]
    public void Predictions_may_lie_in_the_folder_of_the_run()
    {
        string output = tiny.Train("output", "--predictions=$F/output/predictions.jsonl");
        File.ReadLines(Path.Combine(output, "predictions.jsonl")).Should().HaveCount(20);
        Directory.EnumerateFiles(output, "*.tmp").Should().BeEmpty();
    }

    private static RunSetup Reporting(Action act) => new() { Progress = new Listener(_ => act()) };

    private static void MakeNotFinite(string model)
    {
        string path = Path.Combine(model, "model.safetensors");
        byte[] bytes = File.ReadAllBytes(path);
        for (int i = 8 + (int)BitConverter.ToInt64(bytes); i < bytes.Length; i += 4) BitConverter.TryWriteBytes(bytes.AsSpan(i), float.NaN);
        File.WriteAllBytes(path, bytes);
    }

    // Of Execute, the one public method of the file.
    private static string[] Documented() =>
        [.. Exception().Matches(File.ReadAllText(Repository.PathOf("Sprout.Pruning/Runs/Run.cs"))).Select(match => match.Groups[1].Value)];

    [GeneratedRegex("<exception cref=\"(\\w+)\">")]
    private static partial Regex Exception();
}
