// A run whose files were edited between kill and resume is another run, and is told what differs.
using Sprout.Tests.Training;

namespace Sprout.Tests.Runs;

public sealed class RunIdentityTests : IDisposable
{
    private const string Squad = """
        {"data":[{"paragraphs":[{"context":"aa ab ac ad ae","qas":[
          {"id":"q0","question":"ca","answers":[{"text":"ad","answer_start":9}]},
          {"id":"q1","question":"cc","answers":[{"text":"ab","answer_start":3}]}]}]}]}
        """;

    private readonly TinyRun tiny = new();

    public RunIdentityTests()
    {
        tiny.MakeModel("teacher", 2);
        File.Copy(Path.Combine(tiny.Train("scored", "--method=movement --density=0.5"), "scores.safetensors"), tiny.PathOf("start.safetensors"));
    }

    public void Dispose() => tiny.Dispose();

    [Theory]
    [InlineData("data", "train.tsv", "aa", "ab")]
    [InlineData("data", "dev.tsv", "\t1\n", "\t0\n")]
    [InlineData("config.json", "model/config.json", "1E-12", "1E-06")]
    [InlineData("vocab.txt", "model/vocab.txt", "[MASK]", "[mask]")]
    [InlineData("teacher", "teacher/config.json", "1E-12", "1E-06")]
    public void Text_that_was_edited_is_named(string what, string file, string before, string after)
    {
        string half = Half("--teacher=$F/teacher");
        string text = File.ReadAllText(tiny.PathOf(file));
        text.Should().Contain(before);
        int place = text.IndexOf(before, StringComparison.Ordinal);
        File.WriteAllText(tiny.PathOf(file), text[..place] + after + text[(place + before.Length)..]);
        // A teacher must have the student's vocabulary.
        if (what == "vocab.txt") File.Copy(tiny.PathOf(file), tiny.PathOf("teacher/vocab.txt"), overwrite: true);
        Refused(half, what == "vocab.txt" ? "teacher, other vocab.txt" : what);
    }

    [Theory]
    [InlineData("start weights", "model/model.safetensors")]
    [InlineData("teacher", "teacher/model.safetensors")]
    [InlineData("initial scores", "start.safetensors")]
    public void Numbers_that_were_edited_are_named(string what, string file)
    {
        string half = Half("--teacher=$F/teacher --method=movement --density=0.5 --init-scores=$F/start.safetensors");
        byte[] bytes = File.ReadAllBytes(tiny.PathOf(file));
        bytes[^2] ^= 1;
        File.WriteAllBytes(tiny.PathOf(file), bytes);
        Refused(half, what);
    }

    [Fact]
    public void A_tokenizer_file_that_came_is_named()
    {
        string half = Half("");
        tiny.Write("model/added_tokens.json", "{}");
        Refused(half, "added_tokens.json");
    }

    [Theory]
    [InlineData("\"ab\"", "\"ac\"")]
    [InlineData("aa ab ac ad ae", "aa ab ac ad AE")]
    [InlineData("q1", "q2")]
    public void What_question_answering_is_measured_by_is_data(string before, string after)
    {
        string train = tiny.Write("squad.json", Squad), eval = tiny.Write("eval.json", Squad);
        string half = Half($"--task=squad --train-file={train} --eval-file={eval}");
        tiny.Write("eval.json", Squad.Replace(before, after, StringComparison.Ordinal));
        Refused(half, "data");
    }

    [Fact]
    public void What_was_not_edited_is_taken()
    {
        string half = Half("--teacher=$F/teacher --method=movement --density=0.5 --init-scores=$F/start.safetensors");
        CommandResult result = TinyRun.Run("train", "--resume", "--output", half);
        result.Code.Should().Be(0, result.Log);
        result.Log.Should().Contain(": checkpoint-2.");
    }

    // A run that was killed after step 2 of 3.
    private string Half(string options)
    {
        string whole = tiny.Train("whole", options + " --max-steps=3 --save-every=1 --save-total-limit=9"), half = tiny.PathOf("half");
        TinyRun.CopyFolder(Path.Combine(whole, "checkpoint-2"), Path.Combine(half, "checkpoint-2"));
        File.Copy(Path.Combine(whole, "training_options.json"), Path.Combine(half, "training_options.json"));
        return half;
    }

    private static void Refused(string half, string what)
    {
        CommandResult result = TinyRun.Run("train", "--resume", "--output", half);
        result.Code.Should().Be(3, result.Log);
        result.Log.Should().Contain($"checkpoint-2: expected a checkpoint of this run, found one with other {what}.");
        File.Exists(Path.Combine(half, "model.safetensors")).Should().BeFalse();
    }
}
