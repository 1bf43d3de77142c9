// What a file says of sizes is believed after it was checked, and what is no file is not opened.
using System.Diagnostics;
using System.Text.Json.Nodes;
using Sprout.Cli.Shell;
using Sprout.Tests.Training;

namespace Sprout.Tests.Cli;

public sealed class SizesTests(TinyRun tiny) : IClassFixture<TinyRun>
{
    public static TheoryData<string[]> Commands =>
    [
        ["eval", "--task", "sst2", "--eval-file", "$E"], ["predict", "--input", "$E"], ["inspect", "$M"], ["export", "--format", "hf", "--output", "$F/e"],
        ["bench", "--mode", "load"], ["train", "--task", "sst2", "--train-file", "$T", "--eval-file", "$E", "--output", "$F/t", "--max-length", "16"],
    ];

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_configuration_that_claims_more_than_the_weights_have_is_refused(string[] command)
    {
        string model = CopyOfModel("claims");
        JsonObject config = TinyRun.ReadJson(model, "config.json");
        config["intermediate_size"] = 1_000_000;
        File.WriteAllText(Path.Combine(model, "config.json"), config.ToJsonString());
        CommandResult result = Run(command, model);
        result.Code.Should().Be(ExitCode.Input, result.Log);
        result.Log.Should().Contain("expected shape [1000000, 16], found [32, 16]");
        Directory.Exists(tiny.PathOf("t")).Should().BeFalse();
    }

    [SystemFact("linux")]
    public void A_pipe_and_a_device_are_no_files_of_a_model()
    {
        foreach (string name in (string[])["config.json", "vocab.txt", "tokenizer_config.json", "model.safetensors"])
        {
            string model = CopyOfModel("pipes"), path = Path.Combine(model, name);
            File.Delete(path);
            using (Process made = Process.Start("mkfifo", path)!) made.WaitForExit();
            CommandResult pipe = Run(["predict", "--input", "$E"], model);
            pipe.Code.Should().Be(ExitCode.Input, pipe.Log);
            pipe.Log.Should().Contain($"{path}: expected a regular file, found a pipe");
            File.Delete(path);
            File.CreateSymbolicLink(path, "/dev/zero");
            CommandResult device = Run(["predict", "--input", "$E"], model);
            device.Code.Should().Be(ExitCode.Input, device.Log);
            device.Log.Should().Contain($"{path}: expected a regular file, found a device");
        }
    }

    [Fact]
    public void Only_the_examples_that_are_asked_for_are_read()
    {
        string good = "sentence\tlabel\n" + string.Concat(Enumerable.Range(0, 8).Select(i => $"aa ab\t{i % 2}\n"));
        // What comes later may be anything.
        string train = tiny.Write("long.tsv", good + "no second cell\n");
        tiny.Train("few", $"--train-file={train} --eval-file={train} --max-train-samples=4 --max-eval-samples=4");
        CommandResult all = TinyRun.Run(tiny.Arguments("all", $"--train-file={train} --max-eval-samples=4"));
        all.Code.Should().Be(ExitCode.Input, all.Log);
        all.Log.Should().Contain("line 10");
    }

    [SystemFact("linux")]
    public void Lines_to_predict_have_a_longest()
    {
        CommandResult device = TinyRun.Run("predict", "--model", tiny.Model, "--input", "/dev/zero");
        device.Code.Should().Be(ExitCode.Input, device.Log);
        device.Log.Should().Contain("/dev/zero: expected a file, found a device");
        string path = tiny.PathOf("zeros");
        using (FileStream file = File.Create(path))
        {
            file.Write("aa ab\n"u8);
            file.SetLength(100 << 20);
        }

        CommandResult zeros = TinyRun.Run("predict", "--model", tiny.Model, "--input", path);
        zeros.Code.Should().Be(ExitCode.Input, zeros.Log);
        zeros.Log.Should().Contain("zeros, line 2: expected at most 67108864 bytes, found a longer line");
        zeros.Output.Should().StartWith("{\"index\":0", "what came before is answered");
        File.Delete(path);
    }

    [Fact]
    public void A_line_to_predict_that_is_not_UTF_8_has_its_number()
    {
        string path = tiny.PathOf("latin");
        File.WriteAllBytes(path, [.. "aa\r\nab\n"u8, 0xE4, (byte)'\n', .. "ac\n"u8]);
        CommandResult result = TinyRun.Run("predict", "--model", tiny.Model, "--input", path);
        result.Code.Should().Be(ExitCode.Input, result.Log);
        result.Log.Should().Contain("latin, line 3: expected UTF-8 text");
        result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().HaveCount(2);
    }

    private CommandResult Run(string[] command, string model)
    {
        string[] words = [.. command.Select(word => word.Replace("$E", tiny.EvalFile, StringComparison.Ordinal)
            .Replace("$T", tiny.TrainFile, StringComparison.Ordinal).Replace("$M", model, StringComparison.Ordinal)
            .Replace("$F", tiny.Folder, StringComparison.Ordinal))];
        return TinyRun.Run(command.Contains("$M") ? words : [.. words, "--model", model]);
    }

    private string CopyOfModel(string name)
    {
        string folder = Directory.CreateDirectory(tiny.PathOf(name)).FullName;
        foreach (string file in Directory.EnumerateFiles(folder)) File.Delete(file);
        foreach (string file in Directory.EnumerateFiles(tiny.Model)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), "{}");
        return folder;
    }
}
