// What is easily overlooked is said: columns, classes, tables read as lines, full screens and full disks.
using Sprout.Bert.Metrics;
using Sprout.Cli.Shell;
using Sprout.Tests.Training;

namespace Sprout.Tests.Cli;

public sealed class SmallSentencesTests : IDisposable
{
    private const string Table = "text,label,other\naa,0,ab\nab,1,ac\nac,0,ad\nad,1,ae\n";

    private readonly TinyRun tiny = new();

    public void Dispose() => tiny.Dispose();

    [Theory]
    [InlineData("--text-column=label", "\"label\" twice, once as the label")]
    [InlineData("--text-column=text --pair-column=label", "\"label\" twice, once as the label")]
    [InlineData("--text-column=1 --label-column=label", "\"1\" twice")]
    [InlineData("--text-column=text --label-column=0", "\"text\" twice")]
    [InlineData("--text-column=text --pair-column=0", "\"0\" twice")]
    public void A_text_is_no_label(string columns, string says)
    {
        string data = tiny.Write("own.csv", Table);
        CommandResult result = TinyRun.Run(tiny.Arguments("output", $"--task=text --train-file={data} --eval-file={data} {columns}"));
        result.Code.Should().Be(ExitCode.Usage, result.Log);
        result.Log.Should().ContainAll("--text-column, --pair-column and --label-column: expected different columns", says);
        Directory.Exists(tiny.PathOf("output")).Should().BeFalse();
    }

    [Fact]
    public void A_column_that_is_called_label_can_be_predicted_from()
    {
        string data = tiny.Write("own.csv", "label,id\naa ab,1\n");
        CommandResult result = TinyRun.Run("predict", "--model", tiny.Model, "--input", data, "--text-column", "label");
        result.Code.Should().Be(ExitCode.Done, result.Log);
        result.Output.Should().Contain("\"text\":\"aa ab\"");
    }

    [Fact]
    public void A_class_without_training_examples_is_told()
    {
        string data = tiny.Write("sorted.csv", "text,label\naa,bad\nab,bad\nac,good\nad,good\n");
        string options = $"--task=text --train-file={data} --eval-file={data} --max-steps=1 --ignore-mismatched-sizes=true";
        string log = TinyRun.Run(tiny.Arguments("few", options + " --max-train-samples=2")).Log;
        log.Should().Contain("No training example has the label \"good\", so it is not learned");
        TinyRun.Run(tiny.Arguments("all", options)).Log.Should().NotContain("No training example");
    }

    [Fact]
    public void A_table_that_is_read_as_lines_is_told()
    {
        string data = tiny.Write("own.csv", Table), lines = tiny.Write("own.txt", "aa\n");
        TinyRun.Run("predict", "--model", tiny.Model, "--input", data).Log.Should().ContainAll("own.csv is read line by line", "--text-column");
        TinyRun.Run("predict", "--model", tiny.Model, "--input", data, "--text-column", "text").Log.Should().NotContain("line by line");
        TinyRun.Run("predict", "--model", tiny.Model, "--input", lines).Log.Should().NotContain("line by line");
    }

    [Theory]
    [InlineData("eval", "--eval-file", "none.csv")]
    [InlineData("predict", "--input", "none.txt")]
    public void A_model_that_is_not_there_is_what_is_missed(string command, params string[] options)
    {
        CommandResult result = TinyRun.Run([command, "--model", tiny.PathOf("nothing"), .. options]);
        result.Code.Should().Be(ExitCode.Input, result.Log);
        result.Log.Should().Contain($"{tiny.PathOf("nothing")}: expected a model folder or a sparse model file, found nothing.");
    }

    [Fact]
    public void The_most_epochs_are_said() => TinyRun.Run(tiny.Arguments("output", "--epochs=1e9")).Log
        .Should().Contain("--epochs: expected a number above 0 and at most 1000000, found 1000000000.");

    [Fact]
    public void What_standard_output_does_not_take_is_said_with_its_name()
    {
        using var full = new FullWriter();
        using var log = new StringWriter();
        foreach (string[] command in (string[][])[["devices"], ["inspect", tiny.Model], ["inspect", tiny.Model, "--json"]])
        {
            Sprout.Cli.Program.Run(command, full, log).Should().Be(ExitCode.Input);
            log.ToString().Should().Contain("Cannot write standard output: No space left on device");
            log.GetStringBuilder().Clear();
        }
    }

    [Fact]
    public void Classes_fit_a_narrow_screen()
    {
        var matrix = new ConfusionMatrix(["negative", "positive"], predictions: [0, 1, 1, 1, 0], labels: [0, 0, 1, 1, 1]);
        string[] lines = [.. ClassTable.Lines(matrix, "")];
        lines.Should().OnlyContain(line => line.Length < 40);
        lines.Should().Equal(
            "class 0 negative: 2", "  precision 50.0", "  recall 50.0, F1 50.0", "  taken for 1 × positive",
            "class 1 positive: 3", "  precision 66.7", "  recall 66.7, F1 66.7", "  taken for 1 × negative");
    }

    private sealed class FullWriter : StringWriter
    {
        public override void Write(char value) => throw new IOException("No space left on device");

        public override void Write(string? value) => throw new IOException("No space left on device");

        public override void Write(char[] buffer, int index, int count) => throw new IOException("No space left on device");

        public override void WriteLine(string? value) => throw new IOException("No space left on device");
    }
}
