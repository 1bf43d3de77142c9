// What the user is told: what was understood, what has no effect, what was meant.
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sprout.Cli.Shell;
using Sprout.Tests.Training;

using static System.StringComparison;

namespace Sprout.Tests.Cli;

public sealed class ToldTests : IDisposable
{
    private readonly TinyRun tiny = new();

    public void Dispose() => tiny.Dispose();

    [Theory]
    [InlineData("--block=2x2", "--block", "--method")]
    [InlineData("--feed-forward-unit=neuron", "--feed-forward-unit", "--method")]
    [InlineData("--method=movement --density=0.5 --attention-unit=head --feed-forward-unit=neuron --block=4x4", "--block 4x4", "no matrix is left")]
    [InlineData("--scope=global", "--scope", "--method")]
    [InlineData("--threshold=0.2", "--threshold", "--method")]
    [InlineData("--method=movement --density=0.5 --lambda=1", "--lambda", "movement")]
    [InlineData("--method=movement --density=0.5 --threshold=0.2", "--threshold", "movement")]
    [InlineData("--method=l0 --lambda=1 --density=0.5", "--density", "l0")]
    [InlineData("--method=soft-movement --lambda=1 --l0-noise=false", "--l0-noise", "soft-movement")]
    [InlineData("--method=magnitude --density=0.5 --score-learning-rate=1", "--score-learning-rate", "magnitude")]
    [InlineData("--data=$F", "--data", "--train-file and --eval-file")]
    [InlineData("--data=$F --eval-file=- --eval-split=0.2", "--data", "--eval-split")]
    [InlineData("--text-column=sentence", "--text-column", "sst2")]
    [InlineData("--regression=true", "--regression", "sst2")]
    [InlineData("--doc-stride=5", "--doc-stride", "squad")]
    [InlineData("--distill-alpha=0.5", "--distill-alpha", "--teacher")]
    public void Options_without_effect_are_2(string changes, params string[] says) => Refused(changes, ["has no effect", .. says]);

    [Theory]
    [InlineData("--mode gemm --shape 2x2x2 --density 0.5", "--density")]
    [InlineData("--mode gemm --shape 2x2x2 --profile", "--profile")]
    [InlineData("--mode gemm --shape 2x2x2 --batch 3", "--batch")]
    [InlineData("--mode forward --model $F/model --layout NT", "--layout")]
    [InlineData("--mode forward --model $F/model --lambda 1", "--lambda")]
    [InlineData("--mode load --model $F/model --method movement", "--method")]
    public void Options_without_effect_on_a_measurement_are_2(string options, string option)
    {
        CommandResult result = TinyRun.Run(["bench", .. options.Replace("$F", tiny.Folder, StringComparison.Ordinal).Split(' ')]);
        result.Code.Should().Be(ExitCode.Usage, result.Log);
        result.Log.Should().ContainAll(option, "has no effect");
    }

    [Theory]
    [InlineData("soft-movement")]
    [InlineData("l0")]
    public void Methods_with_a_penalty_need_its_weight(string method)
    {
        Refused("--method=" + method, method, "prunes nothing", "--lambda");
        TinyRun.Run(tiny.Arguments("output", $"--method={method} --lambda=0")).Log.Should().Contain("nothing is pruned");
    }

    [Theory]
    [InlineData("--learning-rate=0,1")]
    [InlineData("--learning-rate=1,000")]
    [InlineData("--batch-size=1.000")]
    [InlineData("--batch-size=4,0")]
    [InlineData("--batch-size=many")]
    [InlineData("--seed=-1")]
    public void Numbers_are_read_alike_in_every_locale(string change)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            foreach ((string point, string separator) in ((string, string)[])[(".", ","), (",", "."), (",", " ")])
            {
                var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
                (culture.NumberFormat.NumberDecimalSeparator, culture.NumberFormat.NumberGroupSeparator) = (point, separator);
                CultureInfo.CurrentCulture = culture;
                Refused(change, change.Split('=')[0], "expected", $"\"{change.Split('=')[1]}\"");
            }
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData("--learning-rte=1", "did you mean --learning-rate")]
    [InlineData("--method=movment", "did you mean movement")]
    [InlineData("--fp16", "32 bits")]
    [InlineData("--final_threshold=0.1", "--density", "--threshold")]
    public void What_was_meant_is_said(string changes, params string[] says) => Refused(changes, says);

    [Fact]
    public void Sprout_alone_prints_help()
    {
        CommandResult result = TinyRun.Run();
        result.Code.Should().Be(0, result.Log);
        result.Output.Should().ContainAll("train", "predict", "eval");
    }

    [Fact]
    public void What_was_understood_is_said_before_the_first_step()
    {
        string data = tiny.Write("own.csv", "id,comment,mood\n1,aa ab ac ad,good\n2,ab,bad\n3,ac,good\n");
        string log = TinyRun.Run(tiny.Arguments(
            "output", $"--task=text --train-file={data} --eval-file={data} --label-column=mood --max-length=5 "
            + "--method=movement --density=0.5 --schedule-warmup=0")).Log;
        log.Should().ContainAll(
            "own.csv", "text \"comment\"", "no pair", "label \"mood\"", "3 training and 3 evaluation examples of at most 5 tokens; 1 and 1 texts",
            "2 classes: bad 1 + 1, good 2 + 2", "pruned by movement to density 0.5");
        log.IndexOf("2 classes", StringComparison.Ordinal).Should().BeLessThan(log.IndexOf("train 1/", StringComparison.Ordinal));
        string scores = tiny.Write("scores.csv", "text,label\naa,1\nab,5\n");
        TinyRun.Run(tiny.Arguments("other", $"--task=text --train-file={scores} --eval-file={scores} --regression=true --ignore-mismatched-sizes=true")).Log
            .Should().ContainAll("Regression of numbers from 1 to 5", "none is cut", "nothing is pruned");
    }

    [Fact]
    public void Questions_and_their_windows_are_counted()
    {
        string Questions(params string[] texts) => JsonSerializer.Serialize(new
        {
            version = "1.1",
            data = new[] { new { paragraphs = texts.Select((text, i) => new
            {
                context = text,
                qas = new[] { new { id = $"{i}", question = "aa", answers = new[] { new { text = "ab", answer_start = text.IndexOf("ab", Ordinal) } } } },
            }) } },
        });
        string train = tiny.Write("train.json", Questions("aa ab", "ac ad ae af ag ah ai aj ak ba ab")), eval = tiny.Write("dev.json", Questions("ab"));
        string log = TinyRun.Run(tiny.Arguments(
            "out", $"--task=squad --train-file={train} --eval-file={eval} --max-length=8 --doc-stride=2 --max-steps=1")).Log;
        log.Should().ContainAll(
            "Task squad.", "2 training questions in 6 windows of at most 8 tokens, 2 of which hold the answer; the contexts of 1 are longer and are cut.",
            "1 evaluation questions in 1 windows of at most 8 tokens, 1 of which hold the answer; no context is cut.");
    }

    [Fact]
    public void Texts_to_pretrain_on_are_counted()
    {
        string train = tiny.Write("corpus.txt", "aa ab ac ad ae\naa\nab ac\nad ae\n");
        string log = TinyRun.Run(
            "pretrain", "--model", tiny.Model, "--train-file", train, "--output", tiny.PathOf("out"), "--max-length", "6", "--max-steps", "1",
            "--mask-probability", "0.2", "--threads", "1").Log;
        log.Should().ContainAll(
            "3 training and 1 evaluation texts of at most 6 tokens; 1 and 0 texts are longer and are cut.", "20 % of the words are predicted, all pieces");
    }

    [Fact]
    public void Labels_that_look_alike_are_named()
    {
        string data = tiny.Write("own.csv", "text,label\naa,Pos\nab,pos\nac,so so\nad,so  so\nae,neg\n");
        string log = TinyRun.Run(tiny.Arguments("out", $"--task=text --train-file={data} --eval-file={data} --ignore-mismatched-sizes=true")).Log;
        log.Should().ContainAll("differ only in case or blanks", "\"Pos\", \"pos\".", "\"so  so\", \"so so\".").And.NotContain("\"neg\"");
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void Weights_that_are_no_numbers_are_4(float weight)
    {
        string path = Path.Combine(tiny.Model, "model.safetensors"), input = tiny.Write("texts.txt", "aa ab\n"), output = tiny.PathOf("exported");
        byte[] bytes = File.ReadAllBytes(path);
        int start = 8 + (int)BitConverter.ToInt64(bytes);
        JsonNode header = JsonNode.Parse(bytes.AsSpan(8, start - 8))!;
        string tensor = "bert.encoder.layer.1.output.dense.weight";
        int first = start + header[tensor]!["data_offsets"]![0]!.GetValue<int>();
        foreach (int place in (int[])[0, 17, 511]) BitConverter.TryWriteBytes(bytes.AsSpan(first + (4 * place)), weight);
        File.WriteAllBytes(path, bytes);
        foreach (string command in (string[])
            [$"predict --model {tiny.Model} --input {input}", $"eval --model {tiny.Model} --task sst2 --eval-file {tiny.EvalFile} --max-length 16",
             $"inspect {tiny.Model}", $"export --model {tiny.Model} --output {output}", $"bench --mode load --model {tiny.Model} --repeat 1 --warmup 0",
             $"bench --model {tiny.Model} --length 4 --repeat 1 --warmup 0"])
        {
            CommandResult result = TinyRun.Run(command.Split(' '));
            result.Code.Should().Be(ExitCode.Diverged, result.Log);
            result.Output.Should().BeEmpty();
            result.Log.Should().ContainAll(tiny.Model, tensor, "found 3 of 512", "NaN or infinite");
        }

        Directory.EnumerateFileSystemEntries(output).Should().BeEmpty();
    }

    [Fact]
    public void Devices_that_are_for_tests_say_so()
    {
        string[] lines = TinyRun.Run("devices").Output.Split(Environment.NewLine);
        lines.Should().ContainSingle(line => line.StartsWith("ilgpu-cpu", Ordinal)).Which.Should().Contain("for tests, very slow; to compute, use cpu");
        // PoCL calls its devices so; not every machine has it.
        lines.Where(line => line.Contains("pthread", Ordinal)).Should().OnlyContain(line => line.Contains("OpenCL on the processor: for tests, slow"));
    }

    [Fact]
    public void Names_cannot_steer_the_screen()
    {
        Terminal.Printable("a\u001b[31mb\r").Should().Be("a\\u001b[31mb\\u000d");
        Refused("--model=$F/no\u001b[2J", "no\\u001b[2J");
    }

    private void Refused(string changes, params string[] says)
    {
        CommandResult result = TinyRun.Run(tiny.Arguments("refused", changes));
        result.Code.Should().BeOneOf(ExitCode.Usage, ExitCode.Input);
        result.Output.Should().BeEmpty();
        result.Log.Should().ContainAll(says).And.NotContainAny("System.", "   at ", "\u001b");
        Directory.Exists(tiny.PathOf("refused")).Should().BeFalse();
    }
}
