// Errors in the middle of runs: no step that is done is lost, and no half of one is kept.
using Sprout.Bert.Data;
using Sprout.Bert.Tasks;
using Sprout.Bert.Training;
using Sprout.Pruning;
using Sprout.Pruning.Runs;
using Sprout.Tensors;
using Sprout.Tensors.Devices;
using Sprout.Tensors.IO;
using Sprout.Tests.Autograd;
using Sprout.Tests.Training;

namespace Sprout.Tests.Runs;

public sealed class ErrorsInRunsTests : IDisposable
{
    private readonly TinyRun tiny = new();
    private readonly List<string> notes = [];

    public void Dispose() => tiny.Dispose();

    private Recipe Recipe => new()
    {
        Task = new TaskOptions { Model = tiny.Model, MaxLength = 16 },
        Training = new TrainingOptions { MaxSteps = 4, BatchSize = 4, LearningRate = 1e-3, LoggingSteps = 1, SaveEvery = 0, EvalEvery = 2 },
        Pruning = new PruningOptions { Method = "movement", Density = 0.3, ScheduleWarmup = 1 },
        Device = new DeviceOptions { Threads = 1 },
    };

    private RunSetup Setup => new() { Task = new ListTask(["even", "odd"], Examples(16), Examples(4)), Note = notes.Add };

    [Fact]
    public void Whichever_kernel_fails_the_resumed_run_has_the_bits_of_the_unbroken_one()
    {
        string whole = tiny.PathOf("whole");
        using var counting = new FailingBackend();
        Run.Execute(Recipe, whole, Setup with { Backend = counting });
        int calls = int.MaxValue - counting.CallsUntilFailure, saved = 0;
        for (int call = 0; call < calls; call += 1 + (calls / 41))
        {
            string output = tiny.PathOf($"broken-{call}");
            using var failing = new FailingBackend { CallsUntilFailure = call };
            Action run = () => Run.Execute(Recipe, output, Setup with { Backend = failing });
            run.Should().Throw<InjectedException>();
            if (Directory.Exists(output) && Directory.EnumerateDirectories(output, "checkpoint-*").Any()) saved++;
            using var healthy = new FailingBackend();
            Run.Execute(Recipe, output, Setup with { Backend = healthy, Resume = true });
            Same(whole, output);
        }

        saved.Should().BeGreaterThan(20);
    }

    [Fact]
    public void A_listener_that_throws_ends_the_run_after_a_checkpoint()
    {
        string whole = tiny.PathOf("whole"), broken = tiny.PathOf("broken");
        Run.Execute(Recipe, whole, Setup);
        Action run = () => Run.Execute(Recipe, broken, Setup with { Progress = After(3, () => throw new TimeoutException("mine")) });
        run.Should().Throw<TimeoutException>().WithMessage("mine");
        notes.Should().ContainSingle(note => note.StartsWith("An error ended the training after step 3; the last good checkpoint is"));
        Run.Execute(Recipe, broken, Setup with { Resume = true });
        Same(whole, broken);
    }

    [Fact]
    public void Curves_that_cannot_be_written_end_no_run()
    {
        string whole = tiny.PathOf("whole"), quiet = tiny.PathOf("quiet"), silent = tiny.PathOf("silent");
        Run.Execute(Recipe, whole, Setup);
        Run.Execute(Recipe, quiet, Setup with { Log = _ => new FullLog() });
        notes.Should().ContainSingle(note => note.StartsWith("The curves end with step 2, training goes on: ")).Which.Should().Contain("full");
        Same(whole, quiet);
        Run.Execute(Recipe, silent, Setup with { Log = _ => throw new InputException("Cannot write.") });
        notes.Should().ContainSingle(note => note == "There will be no curves: Cannot write.");
        Same(whole, silent);
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_written_ends_no_run()
    {
        string whole = tiny.PathOf("whole"), broken = tiny.PathOf("broken");
        Recipe often = Recipe with { Training = Recipe.Training with { SaveEvery = 1, SaveTotalLimit = 9 } };
        Run.Execute(often, whole, Setup);
        Run.Execute(often, broken, Setup with { Progress = After(1, () => Foreign(broken, 2)) });
        notes.Should().ContainSingle(note => note.Contains("Training goes on")).Which.Should()
            .Contain("found one that is no checkpoint of Sprout").And.EndWith($"the last good checkpoint is {Path.Combine(broken, "checkpoint-1")}.");
        Directory.Exists(Path.Combine(broken, "checkpoint-3")).Should().BeTrue();
        Same(whole, broken);
    }

    [Fact]
    public void What_cannot_be_saved_in_the_output_folder_is_saved_elsewhere()
    {
        string whole = tiny.PathOf("whole"), broken = tiny.PathOf("broken");
        Run.Execute(Recipe, whole, Setup);
        using var cancellation = new CancellationTokenSource();
        IProgress<TrainerProgress> progress = After(3, () =>
        {
            Foreign(broken, 3);
            cancellation.Cancel();
        });
        Action run = () => Run.Execute(Recipe, broken, Setup with { Progress = progress }, cancellation.Token);
        string message = run.Should().Throw<OperationCanceledException>().Which.Message;
        string saved = message[(message.IndexOf("saved ", StringComparison.Ordinal) + 6)..^1];
        notes.Should().Contain($"Saved {saved} instead; moved into {broken}, it can be resumed.");
        Directory.Delete(Path.Combine(broken, "checkpoint-3"), recursive: true);
        TinyRun.CopyFolder(saved, Path.Combine(broken, "checkpoint-3"));
        Directory.Delete(Path.GetDirectoryName(saved)!, recursive: true);
        Run.Execute(Recipe, broken, Setup with { Resume = true });
        notes.Should().Contain(note => note.EndsWith(": checkpoint-3."));
        Same(whole, broken);
    }

    [Fact]
    public void A_full_disk_is_waited_for_while_somebody_is_told()
    {
        int tries = 0;
        void Write()
        {
            if (++tries < 6) throw new InputException("Cannot write x.", new IOException("No space left.", 28));
        }

        FullDisk.Retry(Write, notes.Add, CancellationToken.None, TimeSpan.Zero);
        tries.Should().Be(6);
        string waiting = "Cannot write x. Waiting for space, trying every 0 seconds.";
        notes.Should().Equal(waiting, waiting, waiting, "There is space again.");
    }

    [Fact]
    public void Nothing_is_waited_for_when_nobody_is_told_or_the_run_is_cancelled_or_it_is_another_error()
    {
        static void Full() => throw new IOException("No space left.", 28);
        ((Action)(() => FullDisk.Retry(Full, null, CancellationToken.None, TimeSpan.Zero))).Should().Throw<IOException>();
        using var cancellation = new CancellationTokenSource();
        ((Action)(() => FullDisk.Retry(Full, _ => cancellation.Cancel(), cancellation.Token, TimeSpan.FromHours(1)))).Should().Throw<IOException>();
        static void Denied() => throw new IOException("Denied.", 13);
        ((Action)(() => FullDisk.Retry(Denied, notes.Add, CancellationToken.None, TimeSpan.Zero))).Should().Throw<IOException>();
        notes.Should().BeEmpty();
    }

    private static TextExample[] Examples(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new TextExample($"{TinyRun.Words[i % 55]} {TinyRun.Words[i * 7 % 55]}", Label: i % 2))];

    private static Listener After(int step, Action act) => new(report =>
    {
        if (report.Stage == "train" && report.Step == step) act();
    });

    // A folder of that name which is not Sprout's.
    private static void Foreign(string output, int step)
    {
        string folder = Directory.CreateDirectory(Path.Combine(output, $"checkpoint-{step}")).FullName;
        File.WriteAllText(Path.Combine(folder, "mine.txt"), "mine");
    }

    private static void Same(string first, string second)
    {
        foreach (string file in (string[])["model.safetensors", "scores.safetensors"])
            File.ReadAllBytes(Path.Combine(second, file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(first, file))).Should().BeTrue(second);
        string History(string folder) => TinyRun.ReadJson(folder, TrainerState.FileName)["log_history"]!.ToJsonString();
        History(second).Should().Be(History(first));
    }

    private sealed class FullLog : ITrainingLog
    {
        public void AddScalar(string tag, double value, long step)
        {
            if (step == 2) throw new InputException("Cannot write events: the disk is full.");
        }

        public void Dispose() { }
    }
}
