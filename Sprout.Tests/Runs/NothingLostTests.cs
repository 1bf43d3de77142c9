// One run a folder, whole checkpoints only, and nothing deleted that is not Sprout's.
using Sprout.Pruning.Runs;
using Sprout.Tensors.IO;
using Sprout.Tests.Training;

namespace Sprout.Tests.Runs;

public sealed class NothingLostTests : IDisposable
{
    private const string Often = "--save-every=2 --save-total-limit=9";

    private readonly TinyRun tiny = new();

    public void Dispose() => tiny.Dispose();

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("optimizer.safetensors")]
    [InlineData("trainer_state.json")]
    [InlineData("checkpoint.json")]
    public void A_damaged_checkpoint_is_passed_over_for_the_one_before(string file)
    {
        string whole = tiny.Train("whole", Often), broken = Half("broken");
        string path = Path.Combine(broken, "checkpoint-4", file);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
        CommandResult result = TinyRun.Run("train", "--resume", "--output", broken);
        result.Code.Should().Be(0, result.Log);
        result.Log.Should().Contain("checkpoint-4 is passed over").And.Contain(": checkpoint-2.");
        SameModel(whole, broken);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(0)]
    public void When_no_checkpoint_is_whole_nothing_is_trained(int length)
    {
        string broken = Half("broken");
        string path = Path.Combine(broken, "checkpoint-4", "model.safetensors");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..length]);
        File.Delete(Path.Combine(broken, "checkpoint-2", "checkpoint.json"));
        CommandResult result = TinyRun.Run("train", "--resume", "--output", broken);
        result.Code.Should().Be(3, result.Log);
        result.Log.Should().Contain("it has no checkpoint.json").And.Contain("checkpoint-4: expected a whole checkpoint, but its model.safetensors");
        File.Exists(Path.Combine(broken, "model.safetensors")).Should().BeFalse();
    }

    [Fact]
    public void A_second_run_in_the_folder_is_told_who_holds_it()
    {
        string folder = Directory.CreateDirectory(tiny.PathOf("held")).FullName;
        using (RunLock.Take(folder))
        {
            CommandResult second = TinyRun.Run(tiny.Arguments("held"));
            second.Code.Should().Be(3);
            second.Log.Should().Contain($"process {Environment.ProcessId}");
        }

        Directory.EnumerateFileSystemEntries(folder).Should().BeEmpty();
        tiny.Train("held");
        File.Exists(Path.Combine(folder, RunLock.FileName)).Should().BeFalse();
    }

    [Fact]
    public void Overwriting_removes_only_what_a_run_wrote()
    {
        string output = tiny.Train("output", Often);
        Directory.CreateDirectory(Path.Combine(output, "checkpoint-best"));
        Directory.CreateDirectory(Path.Combine(output, "checkpoint-500"));
        string[] mine = ["checkpoint-best/mine.txt", "checkpoint-500/model.safetensors", "runs/mine.log", "notes.txt"];
        foreach (string file in mine) File.WriteAllText(Path.Combine(output, file), "mine");
        tiny.Train("output", "--overwrite --save-every=0");
        foreach (string file in mine) File.ReadAllText(Path.Combine(output, file)).Should().Be("mine", file);
        Directory.Exists(Path.Combine(output, "checkpoint-4")).Should().BeFalse();
        Directory.EnumerateFiles(output, "*tfevents*", SearchOption.AllDirectories).Should().ContainSingle();
    }

    [Theory]
    [InlineData("--model", "")]
    [InlineData("--model", "checkpoint-4")]
    [InlineData("--teacher", "")]
    public void What_a_run_reads_is_not_replaced(string option, string within)
    {
        string output = tiny.Train("output", Often);
        byte[] before = File.ReadAllBytes(Path.Combine(output, "model.safetensors"));
        CommandResult result = TinyRun.Run(tiny.Arguments("output", $"--overwrite {option}={Path.Combine(output, within)}"));
        result.Code.Should().Be(2);
        result.Log.Should().Contain("--overwrite would replace").And.Contain(option);
        File.ReadAllBytes(Path.Combine(output, "model.safetensors")).Should().Equal(before);
        Directory.Exists(Path.Combine(output, "checkpoint-4")).Should().BeTrue();
    }

    [Fact]
    public void A_folder_without_a_run_is_not_resumed_and_a_finished_run_is_not_trained_again()
    {
        string foreign = Directory.CreateDirectory(tiny.PathOf("foreign")).FullName;
        File.WriteAllText(Path.Combine(foreign, "model.safetensors"), "mine");
        CommandResult result = TinyRun.Run(tiny.Arguments("foreign", "--resume"));
        result.Code.Should().Be(2, result.Log);
        File.ReadAllText(Path.Combine(foreign, "model.safetensors")).Should().Be("mine");
        string finished = tiny.Train("finished", "--save-every=0");
        CommandResult again = TinyRun.Run("train", "--resume", "--output", finished);
        again.Code.Should().Be(2);
        again.Log.Should().Contain("is finished, after step 6");
    }

    [Fact]
    public void A_model_that_cannot_be_written_loses_no_training()
    {
        string whole = tiny.Train("whole"), output = tiny.PathOf("output"), inTheWay = Path.Combine(output, "model.safetensors");
        Directory.CreateDirectory(Path.Combine(inTheWay, "folder"));
        CommandResult failed = TinyRun.Run(tiny.Arguments("output", "--overwrite"));
        failed.Code.Should().Be(3, failed.Log);
        Directory.Exists(Path.Combine(output, "checkpoint-6")).Should().BeTrue();
        Directory.Delete(inTheWay, recursive: true);
        CommandResult result = TinyRun.Run("train", "--resume", "--output", output);
        result.Code.Should().Be(0, result.Log);
        result.Log.Should().Contain(": checkpoint-6.").And.NotContain("train 1/6");
        SameModel(whole, output);
        Directory.Exists(Path.Combine(output, "checkpoint-6")).Should().BeFalse();
    }

    [Fact]
    public void What_a_killed_run_left_is_swept_or_brought_back()
    {
        string folder = Half("left"), four = Path.Combine(folder, "checkpoint-4");
        string Stray(string name, string ending) => Path.Combine(folder, $"{name}.{Guid.NewGuid():N}.{ending}");
        File.WriteAllText(Stray("config.json", "tmp"), "half");
        Directory.CreateDirectory(Stray("checkpoint-6", "partial"));
        Directory.CreateDirectory(Stray("checkpoint-1", "removed"));
        Directory.CreateDirectory(Stray("checkpoint-2", "replaced"));
        Directory.Move(four, Stray("checkpoint-4", "replaced"));
        string[] mine = ["own.tmp", "checkpoint-best.partial", "checkpoint-8.removed"];
        File.WriteAllText(Path.Combine(folder, mine[0]), "mine");
        foreach (string name in mine[1..]) Directory.CreateDirectory(Path.Combine(folder, name));
        AtomicFolder.Sweep(folder);
        AtomicFile.Sweep(folder);
        Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).Should().BeEquivalentTo(
            ["training_options.json", "checkpoint-2", "checkpoint-4", .. mine]);
        File.Exists(Path.Combine(four, "model.safetensors")).Should().BeTrue();
    }

    [Fact]
    public void A_run_that_was_killed_before_its_first_file_starts_anew()
    {
        string whole = tiny.Train("whole"), output = Directory.CreateDirectory(tiny.PathOf("output")).FullName;
        File.WriteAllText(Path.Combine(output, $"training_options.json.{Guid.NewGuid():N}.tmp"), "half");
        File.WriteAllText(Path.Combine(output, RunLock.FileName), "");
        CommandResult result = TinyRun.Run(tiny.Arguments("output", "--resume"));
        result.Code.Should().Be(0, result.Log);
        SameModel(whole, output);
        Directory.EnumerateFiles(output, "*.tmp").Should().BeEmpty();
    }

    [Fact]
    public void A_folder_that_cannot_be_written_leaves_the_old_one()
    {
        string folder = Directory.CreateDirectory(tiny.PathOf("old")).FullName;
        File.WriteAllText(Path.Combine(folder, "file"), "old");
        Action write = () => AtomicFolder.Write(folder, partial =>
        {
            File.WriteAllText(Path.Combine(partial, "file"), "new");
            throw new IOException("no more");
        });
        write.Should().Throw<IOException>().WithMessage("no more");
        File.ReadAllText(Path.Combine(folder, "file")).Should().Be("old");
        AtomicFolder.Write(folder, partial => File.WriteAllText(Path.Combine(partial, "file"), "new"));
        File.ReadAllText(Path.Combine(folder, "file")).Should().Be("new");
        Directory.EnumerateDirectories(tiny.Folder, "old*").Should().ContainSingle();
    }

    [Fact]
    public void A_planted_link_is_not_written_through()
    {
        string target = tiny.Write("victim.txt", "mine"), folder = Directory.CreateDirectory(tiny.PathOf("linked")).FullName;
        File.CreateSymbolicLink(Path.Combine(folder, $"file.json.{Environment.ProcessId}.tmp"), target);
        File.CreateSymbolicLink(Path.Combine(folder, "file.json"), target);
        AtomicFile.WriteText(Path.Combine(folder, "file.json"), "new");
        File.ReadAllText(target).Should().Be("mine");
        File.ReadAllText(Path.Combine(folder, "file.json")).Should().Be("new");
    }

    // A run that was killed after step 4 of 6.
    private string Half(string name)
    {
        string whole = tiny.Train("source-of-" + name, Often), half = Directory.CreateDirectory(tiny.PathOf(name)).FullName;
        File.Copy(Path.Combine(whole, "training_options.json"), Path.Combine(half, "training_options.json"));
        foreach (string checkpoint in (string[])["checkpoint-2", "checkpoint-4"])
            TinyRun.CopyFolder(Path.Combine(whole, checkpoint), Path.Combine(half, checkpoint));

        return half;
    }

    private static void SameModel(string first, string second) =>
        File.ReadAllBytes(Path.Combine(second, "model.safetensors")).Should().Equal(File.ReadAllBytes(Path.Combine(first, "model.safetensors")));
}
