// Wrong options and bad inputs: the exit code and one sentence that says what was expected and what was found.
using Sprout.Bert.Models;
using Sprout.Bert.Sources;
using Sprout.Bert.Tasks;
using Sprout.Bert.Training;
using Sprout.Cli.Shell;
using Sprout.Tensors;
using Sprout.Tensors.Devices;
using Sprout.Tensors.IO;
using Sprout.Tests.Training;

namespace Sprout.Tests.Cli;

public sealed class ExitCodeTests : IDisposable
{
    private readonly TinyRun tiny = new();

    public void Dispose() => tiny.Dispose();

    [Theory]
    [InlineData("--task=sst3", "sst3", "sst2", "squad")]
    [InlineData("--method=movement", "--density")]
    [InlineData("--method=magnitude --density=1.5", "--density", "1.5")]
    [InlineData("--method=magic", "magic", "soft-movement")]
    [InlineData("--method=movement --density=0.3 --schedule-warmup=3", "--schedule-warmup", "6")]
    [InlineData("--method=movement --density=0.3 --block=3x3", "--block", "3x3", "16")]
    [InlineData("--method=movement --density=0.3 --block=hello", "--block", "hello")]
    [InlineData("--method=movement --density=0.3 --attention-unit=neuron", "--attention-unit", "neuron", "head")]
    [InlineData("--method=movement --density=0.3 --block=5x5 --feed-forward-unit=neuron", "--block", "5x5", "query")]
    [InlineData("--method=l0 --scope=global", "--scope", "l0")]
    [InlineData("--config=$F/model/config.json", "--model", "--config")]
    [InlineData("--model=-", "--model", "--config")]
    [InlineData("--output=-", "--output")]
    [InlineData("--task=-", "--task")]
    [InlineData("--train-file=-", "--train-file")]
    [InlineData("--max-length=25", "--max-length", "24", "25")]
    [InlineData("--threads=-1", "--threads", "-1")]
    [InlineData("--device=foo", "--device", "foo", "cpu", "cuda", "opencl", "ilgpu-cpu")]
    
    [InlineData("--batch-size=0", "--batch-size", "0")]
    [InlineData("--batch-size=many", "--batch-size", "many")]
    [InlineData("--learning-rate=NaN", "--learning-rate", "NaN")]
    [InlineData("--warmup-steps=7", "--warmup-steps", "7", "6")]
    [InlineData("--dropout=1", "--dropout", "1")]
    [InlineData("--distill-temperature=0 --teacher=$F/model", "--distill-temperature", "0")]
    [InlineData("--resume --overwrite", "--resume", "--overwrite")]
    [InlineData("--no-such-option=1", "--no-such-option")]
    public void Wrong_usage_is_2(string changes, params string[] says) => Refused(ExitCode.Usage, changes, says);

    [Theory]
    [InlineData("--model=$F/nothing", "nothing", "expected a model folder", "found nothing")]
    [InlineData("--model=$F/train.tsv", "train.tsv", "found a file")]
    [InlineData("--train-file=$F/nothing.tsv", "nothing.tsv")]
    [InlineData("--train-file=- --eval-file=- --data=$F/nothing", "nothing", "found none")]
    [InlineData("--train-file=- --eval-file=- --data=$F/model", "train.tsv", "found no such file")]
    [InlineData("--task=mrpc", "#1 String", "sentence")]
    [InlineData("--output=$F/train.tsv", "train.tsv", "found a file")]
    [InlineData("--output=$F/train.tsv/inside", "train.tsv")]
    [InlineData("--init-scores=$F/nothing --method=movement --density=0.5", "nothing")]
    public void Bad_input_is_3(string changes, params string[] says) => Refused(ExitCode.Input, changes, says);

    [Fact]
    public void Truncated_weights()
    {
        byte[] bytes = File.ReadAllBytes(Path.Combine(tiny.Model, "model.safetensors"));
        File.WriteAllBytes(Path.Combine(tiny.Model, "model.safetensors"), bytes[..(bytes.Length / 2)]);
        Refused(ExitCode.Input, "", "model.safetensors", "expected", "found");
    }

    [Fact]
    public void Weights_of_another_shape()
    {
        Edit("config.json", "\"intermediate_size\": 32", "\"intermediate_size\": 64");
        Refused(ExitCode.Input, "", "model.safetensors", "intermediate.dense.weight", "64", "32");
    }

    [Fact]
    public void More_words_than_embeddings()
    {
        File.AppendAllText(Path.Combine(tiny.Model, "vocab.txt"), "surplus\n");
        Refused(ExitCode.Input, "", "vocab_size", "60", "61");
    }

    [Fact]
    public void Unknown_label()
    {
        tiny.Write("bad.tsv", "sentence\tlabel\naa ab\t1\nab\tmaybe\n");
        Refused(ExitCode.Input, "--train-file=$F/bad.tsv", "bad.tsv", "3", "maybe");
    }

    [Theory]
    [InlineData("")]
    [InlineData("sentence\tlabel\n")]
    public void Empty_training_file(string content)
    {
        tiny.Write("empty.tsv", content);
        Refused(ExitCode.Input, "--train-file=$F/empty.tsv", "empty.tsv", "expected");
    }

    [Fact]
    public void A_teacher_of_another_vocabulary()
    {
        tiny.MakeModel("teacher", 2, [.. TinyRun.Vocabulary.Select(word => word == "aa" ? "zz" : word)]);
        Refused(ExitCode.Input, "--teacher=$F/teacher", "teacher", "vocabulary");
    }

    [Fact]
    public void A_teacher_without_a_head()
    {
        string teacher = tiny.MakeModel("teacher", 2);
        using (IBackend backend = Device.Open("cpu", 1))
        using (SequenceClassifier model = ConfigFile.Read(Path.Combine(teacher, "config.json")).CreateClassifier(backend, 2))
            TensorFile.Save(Path.Combine(teacher, "model.safetensors"), model.Encoder.Parameters().Select(parameter => (parameter.Name, parameter.Value)));
        Refused(ExitCode.Input, "--teacher=$F/teacher", "teacher", "classifier.weight");
    }

    [Fact]
    public void A_folder_that_is_not_empty_is_left_alone()
    {
        string output = Directory.CreateDirectory(tiny.PathOf("output")).FullName;
        File.WriteAllText(Path.Combine(output, "thesis.txt"), "precious");
        CommandResult result = TinyRun.Run(tiny.Arguments("output"));
        result.Code.Should().Be(ExitCode.Usage);
        result.Log.Should().ContainAll(output, "--resume", "--overwrite");
        Directory.EnumerateFileSystemEntries(output).Should().ContainSingle();
        tiny.Train("output", "--overwrite");
        File.ReadAllText(Path.Combine(output, "thesis.txt")).Should().Be("precious");
    }

    [Fact]
    public void Resuming_with_other_options_is_refused()
    {
        string output = tiny.Train("output", "--save-every=2");
        byte[] before = File.ReadAllBytes(Path.Combine(output, "training_options.json"));
        CommandResult result = TinyRun.Run(tiny.Arguments("output", "--save-every=2 --resume --seed=9"));
        result.Code.Should().Be(ExitCode.Usage);
        result.Log.Should().ContainAll("--resume", "--seed", "42", "9");
        File.ReadAllBytes(Path.Combine(output, "training_options.json")).Should().Equal(before);
        tiny.Train("output", "--save-every=2 --resume --threads=2");
    }

    [Fact]
    public void Divergence_is_4_and_names_the_last_checkpoint()
    {
        CommandResult result = TinyRun.Run(tiny.Arguments("output", "--learning-rate=1e30 --save-every=1"));
        result.Code.Should().Be(ExitCode.Diverged, result.Log);
        result.Log.Should().ContainAll("Step 2", "checkpoint-1");
        result.Output.Should().BeEmpty();
        File.Exists(tiny.PathOf("output/model.safetensors")).Should().BeFalse();
        TinyRun.Run(tiny.Arguments("other", "--learning-rate=1e30 --save-every=0")).Log.Should().Contain("there is no checkpoint yet");
    }

    [Theory]
    [InlineData("")]
    [InlineData("--method=movement --density=0.5")]
    public void Divergence_in_the_last_update_is_4_too(string method)
    {
        CommandResult result = TinyRun.Run(tiny.Arguments("output", "--learning-rate=1e30 --max-steps=1 " + method));
        result.Code.Should().Be(ExitCode.Diverged, result.Log);
        result.Log.Should().ContainAll("after step 1", "eval_loss", "there is no checkpoint yet");
        File.Exists(tiny.PathOf("output/model.safetensors")).Should().BeFalse();
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("scores.safetensors")]
    [InlineData("optimizer.safetensors")]
    [InlineData("trainer_state.json")]
    public void A_damaged_checkpoint_is_named(string file)
    {
        string options = "--method=movement --density=0.5 --save-every=4", path = Path.Combine(tiny.Train("output", options), "checkpoint-4", file);
        byte[] bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
        CommandResult result = TinyRun.Run(tiny.Arguments("output", options + " --resume"));
        result.Code.Should().Be(ExitCode.Input, result.Log);
        result.Log.Should().ContainAll(Path.GetDirectoryName(path)!, file).And.NotContain("   at ");
    }

    [Fact]
    public void A_label_that_the_model_does_not_know()
    {
        string train = tiny.Write("own.csv", "text,label\naa,red\nab,blue\nac,red\n"), eval = tiny.Write("other.csv", "text,label\naa,green\n");
        string output = tiny.Train("output", $"--task=text --train-file={train} --eval-file={train}");
        CommandResult result = TinyRun.Run("eval", "--model", output, "--task", "text", "--eval-file", eval, "--max-length", "16");
        result.Code.Should().Be(ExitCode.Input, result.Log);
        result.Log.Should().ContainAll("other.csv", "green", "red", "blue");
    }

    [Theory]
    [InlineData(true, "Cancelled before the first step")]
    [InlineData(false, "Cancelled after step 1 of 24", "checkpoint-1")]
    public void Cancelling_is_130(bool before, params string[] words)
    {
        using var log = new StringWriter();
        using var source = new CancellationTokenSource();
        ExitCode.Guard(log, () =>
        {
            using IBackend backend = Device.Open("cpu", 1);
            using TaskSession session = TaskSession.Load(
                backend, new TaskOptions { Model = tiny.Model, Task = "sst2", TrainFile = [tiny.TrainFile], EvalFile = tiny.EvalFile, MaxLength = 16 });
            string output = Directory.CreateDirectory(tiny.PathOf("output")).FullName;
            using var trainer = new Trainer(backend, session.Objective, new TrainingOptions { BatchSize = 4 }, null, output);
            if (before) source.Cancel();
            trainer.Train(new Listener(_ => source.Cancel()), source.Token);
            return 0;
        }).Should().Be(ExitCode.Cancelled);
        log.ToString().Should().ContainAll(words);
    }

    [Theory]
    [InlineData("eval")]
    [InlineData("predict", "--model", "$F/nothing")]
    [InlineData("export", "--model", "$F/nothing", "--output", "$F/output")]
    [InlineData("inspect", "$F/nothing")]
    [InlineData("eval", "--model", "$F/nothing", "--task", "sst2", "--eval-file", "$F/dev.tsv")]
    [InlineData("tokenize", "--model", "$F/nothing")]
    [InlineData("no-such-command")]
    [InlineData("eval", "--model", "$F/model", "--task", "sst2", "--eval-file", "$F/dev.tsv", "--max-length", "16", "--predictions", "$F/nowhere/file")]
    public void Other_commands_refuse_too(string command, params string[] args)
    {
        CommandResult result = TinyRun.Run([command, .. args.Select(arg => arg.Replace("$F", tiny.Folder, StringComparison.Ordinal))]);
        result.Code.Should().BeOneOf(ExitCode.Usage, ExitCode.Input);
        result.Output.Should().BeEmpty();
        result.Log.Should().NotBeEmpty().And.NotContain("   at ");
    }

    private void Edit(string name, string from, string to)
    {
        string path = Path.Combine(tiny.Model, name), text = File.ReadAllText(path);
        text.Should().Contain(from);
        File.WriteAllText(path, text.Replace(from, to, StringComparison.Ordinal));
    }

    private void Refused(int code, string changes, params string[] says)
    {
        CommandResult result = TinyRun.Run(tiny.Arguments("output", changes));
        result.Code.Should().Be(code, result.Log);
        result.Log.Should().ContainAll(says).And.NotContain("   at ");
        result.Output.Should().BeEmpty();
        Directory.Exists(tiny.PathOf("output")).Should().BeFalse("nothing is written before everything is checked");
        Directory.EnumerateFileSystemEntries(tiny.Folder, "*.tmp", SearchOption.AllDirectories).Should().BeEmpty();
    }
}
