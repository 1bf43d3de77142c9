// What a run says of itself in its folder: run.log and the model card.
using System.Text.Json.Nodes;
using Sprout.Bert.Data;
using Sprout.Cli.Shell;
using Sprout.Pruning.Runs;
using Sprout.Tests.Training;

namespace Sprout.Tests.Cli;

public sealed class RunFilesTests : IDisposable
{
    private const string Pruned = "--method=magnitude --density=0.5 --schedule-warmup=0 --seed=7";

    private readonly TinyRun tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void The_log_has_what_was_said()
    {
        string[] lines = File.ReadAllLines(Path.Combine(tiny.Train("out", Pruned + " --logging-steps=2"), "run.log"));
        lines[1..].Should().AllSatisfy(line => line.Should().MatchRegex(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  \S"));
        string log = string.Join('\n', lines);
        log.Should().ContainAll(
            "Task sst2", "30 training and 20 evaluation examples", "pruned by magnitude to density 0.5", "train 2/6 · epoch", "train 4/6", "train 6/6",
            "density ", "eval 1/1", "Finished: ", "eval_accuracy").And.NotContain("train 3/6");
        log.IndexOf("Task sst2", StringComparison.Ordinal).Should().BeLessThan(log.IndexOf("train 2/6", StringComparison.Ordinal));
    }

    [Fact]
    public void A_resumed_run_goes_on_with_its_log_and_says_so()
    {
        string output = tiny.PathOf("out"), log = Path.Combine(output, "run.log");
        CommandResult stopped = TinyRun.Run(tiny.Arguments("out", "--learning-rate=1e30 --save-every=1"));
        stopped.Code.Should().Be(ExitCode.Diverged, stopped.Log);
        string before = File.ReadAllText(log);
        before.Should().Contain("the last good checkpoint is", "errors are said there too").And.NotContain("Resumed.");
        TinyRun.Run(tiny.Arguments("out", "--learning-rate=1e30 --save-every=1 --resume"));
        string after = File.ReadAllText(log);
        after.Should().StartWith(before);
        after[before.Length..].Should().ContainAll("Resumed.", "checkpoint-1");
    }

    [SystemFact("linux")]
    public void A_log_that_is_a_link_or_somebody_elses_stays_and_ends_no_run()
    {
        string output = Directory.CreateDirectory(tiny.PathOf("out")).FullName, log = Path.Combine(output, "run.log");
        string victim = tiny.Write("victim", "# What a run of Sprout said.\n");
        Action[] plants =
        [
            () => File.CreateSymbolicLink(log, victim), () => File.CreateSymbolicLink(log, tiny.PathOf("absent")), () => File.WriteAllText(log, "mine\n"),
            () => Directory.CreateDirectory(log),
        ];
        foreach (Action plant in plants)
        {
            plant();
            CommandResult result = TinyRun.Run(tiny.Arguments("out", "--overwrite"));
            result.Code.Should().Be(0, result.Log);
            result.Log.Should().Contain("was not written by Sprout and stays as it is: the run has no log.");
            if (Directory.Exists(log)) Directory.Delete(log);
            else File.Delete(log);
        }

        File.ReadAllText(victim).Should().Be("# What a run of Sprout said.\n");
        File.Exists(tiny.PathOf("absent")).Should().BeFalse();
        File.Exists(Path.Combine(output, "model.safetensors")).Should().BeTrue();
    }

    [Fact]
    public void The_card_says_what_the_model_is()
    {
        string output = tiny.Train("out", Pruned);
        string card = File.ReadAllText(Path.Combine(output, "README.md"));
        card.Should().StartWith(
            "---\nlibrary_name: transformers\npipeline_tag: text-classification\ntags:\n- sprout\n- bert\n- pruned\n- magnitude\n"
            + "metrics:\n- accuracy\n---\n");
        string version = typeof(Run).Assembly.GetName().Version!.ToString(3);
        double accuracy = TinyRun.ReadJson(output, "eval_results.json")["eval_accuracy"]!.GetValue<double>();
        card.Should().ContainAll(
            "# out", "pruned by magnitude", $"made by Sprout {version} with seed 7", "30 training and 20 evaluation examples", "| density | 50.00 % of",
            FormattableString.Invariant($"| eval_accuracy | {accuracy:0.######} |"), "| on disk | ", "\"method\": \"magnitude\"", "\"seed\": 7");
        card.Should().NotContain("\"epochs\"", "only options that are not the defaults are shown");
    }

    [Fact]
    public void Log_and_card_say_what_was_evaluated_and_which_step_was_kept()
    {
        string output = tiny.Train("out", "--keep=best --patience=1 --best-metric=loss --max-steps=30 --eval-every=1 --learning-rate=0.1");
        string card = File.ReadAllText(Path.Combine(output, "README.md"));
        string[] log = File.ReadAllLines(Path.Combine(output, "run.log"));
        JsonObject[] evaluations = [.. TinyRun.ReadJson(output, "trainer_state.json")["log_history"]!.AsArray().Select(entry => entry!.AsObject())
            .Where(entry => entry.ContainsKey("eval_loss"))];
        evaluations.Should().HaveCountLessThan(30);
        foreach (JsonObject entry in evaluations)
        {
            string loss = FormattableString.Invariant($"eval_loss {entry["eval_loss"]!.GetValue<double>():0.######}");
            log.Should().ContainSingle(line => line.Contains($"Evaluation after step {entry["step"]}: eval_accuracy ")).Which.Should().Contain(loss);
        }

        JsonObject best = evaluations.MinBy(entry => entry["eval_loss"]!.GetValue<double>())!;
        card.Should().Contain($"- Ended after step {evaluations.Length} of 30: 1 evaluations without a better eval_loss.");
        double least = best["eval_loss"]!.GetValue<double>();
        card.Should().Contain(FormattableString.Invariant(
            $"- The model is that of step {best["step"]} of {evaluations.Length}, whose eval_loss was the best, {least:0.######}."));
        File.ReadAllText(Path.Combine(tiny.Train("usual"), "README.md")).Should().NotContain("The model is that of");
    }

    [Fact]
    public void A_card_of_the_library_is_of_the_task_in_memory()
    {
        TextExample[] texts = [new("aa ab", Label: 0), new("ac ad", Label: 1)];
        var recipe = new Recipe { Task = new() { Model = tiny.Model }, Training = new() { MaxSteps = 1 }, Device = new() { Threads = 1 } };
        string output = tiny.PathOf("out");
        Run.Execute(recipe, output, new RunSetup { Task = new ListTask(["bad", "good"], train: texts, eval: texts) });
        File.ReadAllText(Path.Combine(output, "README.md")).Should().ContainAll("bad 1 + 1, good 1 + 1", "nothing is pruned", "| parameters | ")
            .And.NotContain("- pruned").And.NotContain("density");
        File.ReadAllText(Path.Combine(output, "run.log")).Should().Contain("Finished: ");
    }

    [Fact]
    public void Files_that_Sprout_did_not_write_stay()
    {
        string output = tiny.Train("out"), card = Path.Combine(output, "README.md"), log = Path.Combine(output, "run.log");
        File.WriteAllText(card, "my own words");
        File.WriteAllText(log, "my own log\n");
        CommandResult result = TinyRun.Run(tiny.Arguments("out", "--overwrite"));
        result.Code.Should().Be(ExitCode.Done, result.Log);
        result.Log.Should().Contain("was not written by Sprout");
        File.ReadAllText(card).Should().Be("my own words");
        File.ReadAllText(log).Should().StartWith("my own log\n");
        string again = tiny.Train("again");
        tiny.Train("again", "--overwrite --seed=9");
        File.ReadAllText(Path.Combine(again, "README.md")).Should().Contain("with seed 9");
        File.ReadAllText(Path.Combine(again, "run.log")).Split("Task sst2").Should().HaveCount(2, "the old log is gone");
    }
}
