// An export is measured, and refused when it loses too much.
using System.Globalization;
using Sprout.Bert.Sources;
using Sprout.Tensors;
using Sprout.Tensors.IO;
using Sprout.Tests.Sources;
using Sprout.Tests.Training;

namespace Sprout.Tests.Cli;

[Collection("backends")]
public sealed class ExportLossTests : IDisposable
{
    private readonly TinyRun tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void A_sparse_file_is_measured_and_stays_when_it_loses_nothing()
    {
        (string model, string data) = Sure();
        string file = tiny.PathOf("model.sprout");
        CommandResult result = Export(model, data, "--format", "sparse", "--max-loss", "0", "--output", file);
        result.Code.Should().Be(0, result.Log);
        result.Output.Should().ContainAll("eval_accuracy = 1", "exported_eval_accuracy = 1", "lost = 0 points");
        File.Exists(file).Should().BeTrue();
        Evaluated(file, data).Should().Be(1);
    }

    [Fact]
    public void A_sparse_file_that_loses_too_much_replaces_nothing()
    {
        (string model, string data) = Sure();
        string file = tiny.PathOf("model.sprout");
        string[] few = ["--format", "sparse", "--keep-tokens", tiny.Write("few.txt", "aa\nnone\nab\n"), "--output", file];
        Export(model, data, "--format", "sparse", "--output", file).Code.Should().Be(0);
        byte[] before = File.ReadAllBytes(file);
        CommandResult refused = Export(model, data, [.. few, "--max-loss", "0.5"]);
        refused.Code.Should().Be(3, refused.Log);
        refused.Log.Should().ContainAll("--max-loss: expected at most 0.5 points of eval_accuracy lost, found ", "; nothing is written.");
        File.ReadAllBytes(file).Should().Equal(before);
        Directory.GetFiles(tiny.Folder).Should().NotContain(path => path.EndsWith(".tmp", StringComparison.Ordinal));
        CommandResult told = Export(model, data, few);
        told.Code.Should().Be(0, told.Log);
        Number(told, "lost").Should().BeApproximately(100 * (1 - Evaluated(file, data)), 0.01, "the written file is what was measured");
    }

    [Fact]
    public void A_folder_that_loses_too_much_leaves_nothing()
    {
        (string model, string data) = Sure();
        string output = tiny.PathOf("exported");
        string[] options = ["--pattern", "2:4", "--output", output];
        CommandResult refused = Export(model, data, [.. options, "--max-loss", "0"]);
        refused.Code.Should().Be(3, refused.Log);
        Directory.GetFileSystemEntries(tiny.Folder).Should().NotContain(path => Path.GetFileName(path).Contains("exported", StringComparison.Ordinal));
        Directory.CreateDirectory(output);
        Export(model, data, [.. options, "--max-loss", "0"]).Code.Should().Be(3);
        Directory.GetFileSystemEntries(output).Should().BeEmpty();
        CommandResult accepted = Export(model, data, ["--pattern", "2:4", "--output", output + Path.DirectorySeparatorChar, "--max-loss", "100"]);
        accepted.Code.Should().Be(0, accepted.Log);
        Number(accepted, "lost").Should().BeApproximately(100 * (1 - Evaluated(output, data)), 0.01);
        Export(model, data, options).Log.Should().Contain("is not empty");
    }

    [Theory]
    [InlineData("hf")]
    [InlineData("onnx")]
    public void The_same_weights_lose_nothing(string format)
    {
        (string model, string data) = Sure();
        CommandResult result = Export(model, data, "--format", format, "--max-loss", "0", "--output", tiny.PathOf("exported"));
        result.Code.Should().Be(0, result.Log);
        result.Output.Should().ContainAll("exported_eval_accuracy = 1", "lost = 0 points");
        if (format == "hf") Evaluated(tiny.PathOf("exported"), data).Should().Be(1);
        Directory.GetFiles(tiny.PathOf("exported")).Should().Contain(path => path.EndsWith("config.json", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("hf")]
    [InlineData("onnx")]
    public void An_export_in_floats_of_a_file_that_computes_in_integers_is_measured_in_floats(string format)
    {
        string model = PrunedModel.Folder(tiny, density: 1), file = tiny.PathOf("integers.sprout"), floats = tiny.PathOf("floats");
        string[] integers = ["--format", "sparse", "--weights", "int8", "--activations", "int8", "--output", file];
        TinyRun.Run(["export", "--model", model, .. integers]).Code.Should().Be(0);
        TinyRun.Run("export", "--model", file, "--output", floats).Code.Should().Be(0);
        string data = Labelled(floats, Pairs);
        double inFloats = Evaluated(floats, data), inIntegers = Evaluated(file, data);
        inFloats.Should().Be(1);
        inIntegers.Should().BeLessThan(1, "the test needs texts on which they differ");
        CommandResult result = Export(file, data, "--format", format, "--output", tiny.PathOf("exported"));
        result.Code.Should().Be(0, result.Log);
        Number(result, "eval_accuracy").Should().BeApproximately(inIntegers, 1e-6);
        Number(result, "exported_eval_accuracy").Should().BeApproximately(inFloats, 1e-6);
    }

    [Fact]
    public void A_folder_that_was_filled_meanwhile_stays()
    {
        string output = tiny.PathOf("exported"), mine = Path.Combine(output, "mine");
        Action write = () => OutputFolder.Write(output, folder => File.WriteAllText(Path.Combine(folder, "file"), "new"), _ =>
        {
            Directory.CreateDirectory(output);
            File.WriteAllText(mine, "kept");
        });
        write.Should().Throw<OptionException>().WithMessage("*is not empty*");
        File.ReadAllText(mine).Should().Be("kept");
        Directory.GetFiles(output).Should().Equal(mine);
    }

    [Fact]
    public void A_file_that_is_being_measured_is_not_taken_for_one_that_was_left()
    {
        string file = tiny.PathOf("measured");
        AtomicFile.Write(file, stream => stream.WriteByte(1), temporary =>
        {
            File.SetLastWriteTimeUtc(temporary, DateTime.UtcNow.AddHours(-1));
            AtomicFile.RequireWritable(file);
            File.Exists(temporary).Should().BeTrue();
        });
        File.ReadAllBytes(file).Should().Equal(1);
    }

    [Fact]
    public void Products_of_eight_bits_are_emulated()
    {
        string model = PrunedModel.Folder(tiny, density: 1), data = Labelled(model, Pairs), output = tiny.PathOf("exported");
        CommandResult result = Export(model, data, "--format", "onnx", "--weights", "int8", "--output", output);
        result.Code.Should().Be(0, result.Log);
        result.Log.Should().Contain("emulation of its 8-bit products");
        Number(result, "lost").Should().BePositive("among so many texts are some between the classes").And.BeLessThan(10);
        File.Exists(Path.Combine(output, "model.onnx")).Should().BeTrue();
    }

    [Fact]
    public void The_models_run_says_the_task()
    {
        string model = tiny.Train("run"), output = tiny.PathOf("exported");
        CommandResult result = TinyRun.Run("export", "--model", model, "--eval-file", tiny.EvalFile, "--threads", "1", "--output", output);
        result.Code.Should().Be(0, result.Log);
        Number(result, "eval_accuracy").Should().BeApproximately(Evaluated(model, tiny.EvalFile), 1e-6);
    }

    [Theory]
    [InlineData("--max-loss has no effect without --data or --eval-file", "--max-loss", "1")]
    [InlineData("--task has no effect without --data or --eval-file", "--task", "sst2")]
    [InlineData("--max-loss: expected 0 or more points, found -1.", "--max-loss", "-1")]
    [InlineData("--data has no effect with --eval-file", "--task", "sst2", "--data", "x", "--eval-file", "y")]
    public void Options_that_mean_nothing_are_refused(string says, params string[] options)
    {
        CommandResult result = TinyRun.Run(["export", "--model", tiny.Model, "--output", tiny.PathOf("e"), .. options]);
        result.Code.Should().Be(2, result.Log);
        result.Log.Should().Contain(says);
        Path.Exists(tiny.PathOf("e")).Should().BeFalse();
    }

    [Fact]
    public void Tokens_that_the_vocabulary_lacks_are_named_and_a_list_of_none_is_refused()
    {
        string folder = PrunedModel.Folder(tiny), list = tiny.Write("list.txt", "aa\nzebra\nab\nyak\n"), output = tiny.PathOf("model.sprout");
        string[] export = ["export", "--model", folder, "--format", "sparse", "--keep-tokens", list, "--output", output];
        CommandResult result = TinyRun.Run(export);
        result.Code.Should().Be(0, result.Log);
        result.Log.Should().Contain("list.txt: 2 of 4 tokens are not in the model's vocabulary: \"yak\", \"zebra\".");
        result.Output.Should().Contain("tokens = 7 of 60");
        File.Delete(output);
        foreach ((string text, string found) in ((string, string)[])[("yak\n", "found \"yak\"."), ("\n", "found none.")])
        {
            tiny.Write("list.txt", text);
            CommandResult refused = TinyRun.Run(export);
            refused.Code.Should().Be(3, refused.Log);
            refused.Log.Should().ContainAll("list.txt: expected tokens of the model's vocabulary", found);
            File.Exists(output).Should().BeFalse();
        }
    }

    // A model, and sentences with the labels that it gives them.
    private (string Model, string Data) Sure()
    {
        string model = PrunedModel.Folder(tiny, density: 1);
        return (model, Labelled(model, Texts));
    }

    private string[] Texts => [.. File.ReadAllLines(tiny.TrainFile).Concat(File.ReadAllLines(tiny.EvalFile)).Select(line => line.Split('\t')[0])
            .Where(text => text != "sentence").Distinct()];

    // Texts enough that rounding changes the label of some.
    private string[] Pairs
    {
        get
        {
            string[] words = [.. Texts.SelectMany(text => text.Split(' ')).Distinct()];
            return [.. words.SelectMany(first => words.Select(second => $"{first} {second}"))];
        }
    }

    // The labels that a model gives texts.
    private string Labelled(string model, string[] texts)
    {
        string input = tiny.Write("texts.txt", string.Join('\n', texts) + "\n");
        CommandResult predicted = TinyRun.Run("predict", "--model", model, "--input", input, "--threads", "1");
        predicted.Code.Should().Be(0, predicted.Log);
        string[] labels = [.. predicted.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Contains("\"label\":\"positive\"", StringComparison.Ordinal) ? "1" : "0")];
        labels.Should().HaveSameCount(texts);
        return tiny.Write("sure.tsv", "sentence\tlabel\n" + string.Concat(texts.Zip(labels, (text, label) => $"{text}\t{label}\n")));
    }

    private static CommandResult Export(string model, string data, params string[] options) =>
        TinyRun.Run(["export", "--model", model, "--task", "sst2", "--eval-file", data, "--threads", "1", .. options]);

    private static double Evaluated(string model, string data) =>
        TinyRun.Run("eval", "--model", model, "--task", "sst2", "--eval-file", data, "--threads", "1", "--json").Json["eval_accuracy"]!.GetValue<double>();

    private static double Number(CommandResult result, string name)
    {
        string line = result.Output.Split('\n').Single(line => line.StartsWith(name + " = ", StringComparison.Ordinal));
        return double.Parse(line.Split(' ')[2], CultureInfo.InvariantCulture);
    }
}
