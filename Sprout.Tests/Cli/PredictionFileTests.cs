// A file of predictions replaces predictions and nothing else; names that are empty are none.
using Sprout.Cli.Shell;
using Sprout.Pruning.Runs;
using Sprout.Tensors;
using Sprout.Tensors.IO;
using Sprout.Tests.Training;

namespace Sprout.Tests.Cli;

public sealed class PredictionFileTests : IDisposable
{
    private readonly TinyRun tiny = new();

    public void Dispose() => tiny.Dispose();

    [Theory]
    [InlineData("dev.tsv", "--eval-file reads")]
    [InlineData("sub/../dev.tsv", "--eval-file reads")]
    [InlineData("train.tsv", "first line is no prediction")]
    [InlineData("model/vocab.txt", "name of a file of the model or run")]
    [InlineData("model/model.safetensors", "name of a file of the model or run")]
    [InlineData("model/added_tokens.json", "name of a file of the model or run")]
    [InlineData("notes.txt", "first line is no prediction")]
    [InlineData("short.txt", "first line is no prediction")]
    public void Eval_replaces_no_other_file(string file, string says)
    {
        tiny.Write("notes.txt", "my notes\n");
        tiny.Write("short.txt", "{");
        Dictionary<string, byte[]> before = Files();
        CommandResult result = Eval(tiny.PathOf(file));
        result.Code.Should().Be(ExitCode.Usage, result.Log);
        result.Log.Should().ContainAll("--predictions", says, "give another file").And.NotContain("eval 1/");
        Files().Should().BeEquivalentTo(before);
    }

    [Fact]
    public void Predictions_and_empty_files_are_replaced()
    {
        string file = tiny.Write("predictions.jsonl", "");
        for (int i = 0; i < 2; i++)
        {
            CommandResult result = Eval(file);
            result.Code.Should().Be(ExitCode.Done, result.Log);
            File.ReadLines(file).Should().HaveCount(20);
        }

        File.WriteAllText(file, "{\"id\":\"5\",\"text\":\"\",\"start\":0,\"end\":0,\"score\":1}\n");
        Eval(file).Code.Should().Be(ExitCode.Done);
    }

    [Theory]
    [InlineData("output/model.safetensors")]
    [InlineData("output/config.json")]
    [InlineData("output/MODEL.safetensors")]
    [InlineData("output/tokenizer.json")]
    [InlineData("output/run.log")]
    [InlineData("output/trainer_state.json")]
    [InlineData("output/eval_classes.json")]
    [InlineData("output/README.md")]
    [InlineData("output/runs/events")]
    [InlineData("output/checkpoint-3")]
    [InlineData("output")]
    [InlineData("train.tsv")]
    [InlineData("model/config.json")]
    public void A_run_is_refused_before_it_begins(string file)
    {
        CommandResult result = TinyRun.Run(tiny.Arguments("output", "--predictions=" + tiny.PathOf(file)));
        result.Code.Should().Be(ExitCode.Usage, result.Log);
        result.Log.Should().ContainAll("--predictions", "give another file");
        Directory.Exists(tiny.PathOf("output")).Should().BeFalse();
    }

    [SystemFact("linux")]
    public void A_link_to_the_folder_of_the_run_leads_there_too()
    {
        Directory.CreateDirectory(tiny.PathOf("output"));
        File.CreateSymbolicLink(tiny.PathOf("link"), tiny.PathOf("output"));
        TinyRun.Run(tiny.Arguments("output", "--predictions=" + tiny.PathOf("link/model.safetensors"))).Code.Should().Be(ExitCode.Usage);
        RunFolder.Holds(tiny.PathOf("output"), tiny.PathOf("output/predictions.jsonl")).Should().BeFalse();
        RunFolder.Holds(tiny.PathOf("output"), tiny.PathOf("output2/model.safetensors")).Should().BeFalse();
    }

    [Fact]
    public void Files_that_data_is_searched_for_stay()
    {
        string data = Directory.CreateDirectory(tiny.PathOf("data")).FullName, file = Path.Combine(data, "dev.jsonl");
        File.WriteAllText(file, "{\"id\":1,\"text\":\"aa\",\"label\":\"0\"}\n");
        CommandResult result = TinyRun.Run("eval", "--model", tiny.Model, "--task", "text", "--data", data, "--predictions", file);
        result.Code.Should().Be(ExitCode.Usage, result.Log);
        result.Log.Should().Contain("--data is searched for");
    }

    [Fact]
    public void What_a_killed_writer_left_is_swept_and_nothing_else()
    {
        string file = tiny.PathOf("predictions.jsonl"), stale = $"{file}.{Guid.NewGuid():N}.tmp", other = $"{tiny.PathOf("others")}.{Guid.NewGuid():N}.tmp";
        string[] more = [.. Enumerable.Range(0, 8).Select(_ => $"{file}.{Guid.NewGuid():N}.tmp")];
        string own = file + ".mine.tmp", live = $"{file}.{Guid.NewGuid():N}.tmp";
        foreach (string path in (string[])[stale, other, own, .. more])
        {
            File.WriteAllText(path, "half");
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(-5));
        }

        using (new FileStream(live, FileMode.CreateNew, FileAccess.Write, FileShare.None)) AtomicFile.RequireWritable(file);
        more.Append(stale).Should().OnlyContain(path => !File.Exists(path));
        foreach (string path in (string[])[other, own, live]) File.Exists(path).Should().BeTrue(path);
    }

    [Fact]
    public void Demo_data_replaces_only_its_own()
    {
        string folder = Directory.CreateDirectory(tiny.PathOf("start")).FullName;
        File.WriteAllText(Path.Combine(folder, "train.tsv"), "mine");
        CommandResult result = TinyRun.Run("demo", "--write-data", folder, "--corpus-lines", "10");
        result.Code.Should().Be(ExitCode.Usage, result.Log);
        result.Log.Should().ContainAll("--write-data", "train.tsv");
        File.ReadAllText(Path.Combine(folder, "train.tsv")).Should().Be("mine");
        File.Delete(Path.Combine(folder, "train.tsv"));
        for (int i = 0; i < 2; i++) TinyRun.Run("demo", "--write-data", folder, "--corpus-lines", "10").Code.Should().Be(ExitCode.Done);
    }

    [Theory]
    [InlineData("report.md", "# My report\n")]
    [InlineData("report.json", "{}")]
    public void A_demo_replaces_only_reports_of_demos(string name, string text)
    {
        string folder = Directory.CreateDirectory(tiny.PathOf("demo")).FullName;
        File.WriteAllText(Path.Combine(folder, name), text);
        CommandResult result = TinyRun.Run("demo", "--output", folder);
        result.Code.Should().Be(ExitCode.Usage, result.Log);
        result.Log.Should().ContainAll("--output would replace", name);
        Directory.EnumerateFileSystemEntries(folder).Should().ContainSingle();
    }

    [Theory]
    [InlineData("train", "--output")]
    [InlineData("train", "--model")]
    [InlineData("train", "--train-file")]
    [InlineData("train", "--teacher")]
    [InlineData("train", "--predictions")]
    [InlineData("train", "--options")]
    [InlineData("train", "--task")]
    [InlineData("train", "--device")]
    [InlineData("train", "--method")]
    [InlineData("eval", "--predictions")]
    [InlineData("eval", "--model")]
    [InlineData("eval", "--eval-file")]
    [InlineData("predict", "--input")]
    [InlineData("predict", "--model")]
    [InlineData("predict", "--text-column")]
    [InlineData("export", "--output")]
    [InlineData("export", "--model")]
    [InlineData("tokenize", "--vocab")]
    [InlineData("bench", "--config")]
    [InlineData("demo", "--output")]
    [InlineData("demo", "--write-data")]
    [InlineData("pretrain", "--train-file")]
    public void An_empty_name_is_2(string command, string option)
    {
        string[] required = command switch
        {
            "export" => ["--model", tiny.Model, "--output", tiny.PathOf("out")],
            "predict" or "eval" => ["--model", tiny.Model],
            _ => [],
        };
        int at = Array.IndexOf(required, option);
        if (at >= 0) required = [.. required[..at], .. required[(at + 2)..]];
        foreach (string value in (string[])["", " "])
        {
            CommandResult result = TinyRun.Run([command, .. required, option, value]);
            result.Code.Should().Be(ExitCode.Usage, result.Log);
            string[] lines = result.Log.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
            lines.Should().HaveCount(2, result.Log);
            lines[0].Should().StartWith(option + ": expected ");
        }
    }

    [Fact]
    public void An_empty_argument_is_2() => TinyRun.Run("inspect", "").Should().Match<CommandResult>(
        result => result.Code == ExitCode.Usage && result.Log.StartsWith("<model>: expected a value, found an empty text."));

    [Fact]
    public void The_library_refuses_empty_names_too()
    {
        var recipe = new Recipe { Task = new() { Model = tiny.Model, Task = "sst2", TrainFile = [tiny.TrainFile], EvalFile = "" } };
        FluentActions.Invoking(() => Run.Execute(recipe)).Should().Throw<OptionException>().WithMessage("EvalFile: expected a name, found an empty text.");
        FluentActions.Invoking(() => Run.Execute(recipe, "")).Should().Throw<OptionException>().WithMessage("Output: expected a folder, found an empty text.");
        string options = tiny.Write("options.json", "{\"model\":\"a\\u0000b\"}");
        CommandResult result = TinyRun.Run("train", "--options", options, "--task", "sst2", "--train-file", tiny.TrainFile, "--output", tiny.PathOf("out"));
        result.Code.Should().Be(ExitCode.Usage, result.Log);
        result.Log.Should().Contain("--model: expected a name, found a NUL");
    }

    private CommandResult Eval(string predictions) => TinyRun.Run(
        "eval", "--model", tiny.Model, "--task", "sst2", "--eval-file", tiny.EvalFile, "--max-length", "16", "--predictions", predictions);

    private Dictionary<string, byte[]> Files() =>
        Directory.EnumerateFiles(tiny.Folder, "*", SearchOption.AllDirectories).ToDictionary(path => path, File.ReadAllBytes);
}
