// The best model is kept, a run ends when nothing gets better, and both outlive an interruption.
using System.Text.Json.Nodes;
using Sprout.Bert.Data;
using Sprout.Bert.Tasks;
using Sprout.Bert.Training;
using Sprout.Pruning;
using Sprout.Pruning.Runs;
using Sprout.Tensors.Devices;
using Sprout.Tensors.IO;

namespace Sprout.Tests.Training;

public sealed class KeptModelTests : IDisposable
{
    private const string Many = " --max-steps=9 --eval-every=1 --save-every=1 --save-total-limit=99 --learning-rate=1e-2";

    private readonly TinyRun tiny = new();

    public void Dispose() => tiny.Dispose();

    [Theory]
    [InlineData("--best-metric=loss", "eval_loss", true, 0)]
    [InlineData("--best-metric=accuracy", "eval_accuracy", false, 0)]
    [InlineData("--method=l0 --lambda=1 --best-metric=eval_loss", "eval_loss", true, 0)]
    [InlineData("--method=movement --density=0.3 --schedule-warmup=2 --final-warmup=2", "eval_accuracy", false, 5)]
    public void The_model_of_the_best_evaluation_is_the_result(string options, string metric, bool less, int from)
    {
        string folder = tiny.Train("output", options + " --keep=best" + Many);
        JsonNode[] evaluations = [.. History(folder).Where(entry => entry[metric] is not null)];
        evaluations.Should().HaveCount(9);
        JsonNode best = evaluations.Where(entry => entry["step"]!.GetValue<int>() >= from)
            .OrderBy(entry => (less ? 1 : -1) * entry[metric]!.GetValue<double>()).First();
        int step = best["step"]!.GetValue<int>();
        step.Should().BeLessThan(9, "else the test shows nothing");
        JsonObject results = TinyRun.ReadJson(folder, "all_results.json");
        foreach (string name in (string[])["eval_loss", "eval_accuracy"]) results[name]!.GetValue<double>().Should().Be(best[name]!.GetValue<double>());
        float[] kept = Biases(folder), then = Biases(Path.Combine(folder, $"checkpoint-{step}"));
        float[] last = Biases(Path.Combine(folder, "checkpoint-8"));
        kept.Should().Equal(then).And.NotEqual(last);
    }

    [Theory]
    [InlineData("--keep=last")]
    [InlineData("--keep=best")]
    [InlineData("--keep=best --method=movement --density=0.3 --schedule-warmup=2 --final-warmup=3")]
    public void A_run_ends_when_nothing_gets_better_and_an_interruption_changes_no_bit(string options)
    {
        string all = options + " --max-steps=30 --eval-every=1 --patience=2 --save-every=2 --learning-rate=3e-2 --best-metric=accuracy";
        string whole = tiny.Train("whole", all + " --save-total-limit=99");
        int steps = TinyRun.ReadJson(whole, TrainerState.FileName)["global_step"]!.GetValue<int>();
        steps.Should().BeLessThan(30);
        double[] values = [.. History(whole).Where(entry => entry["eval_accuracy"] is not null).Select(entry => entry["eval_accuracy"]!.GetValue<double>())];
        int from = options.Contains("movement", StringComparison.Ordinal) ? 23 : 0;
        double best = values[from..^2].Max();
        values[^2..].Should().OnlyContain(value => value <= best);
        for (int step = 2; step < steps; step += 2)
        {
            string broken = Directory.CreateDirectory(tiny.PathOf($"broken-{step}")).FullName;
            File.Copy(Path.Combine(whole, Recipe.FileName), Path.Combine(broken, Recipe.FileName));
            foreach (int saved in Enumerable.Range(1, step).Where(saved => Directory.Exists(Path.Combine(whole, $"checkpoint-{saved}"))))
                Copy(Path.Combine(whole, $"checkpoint-{saved}"), Path.Combine(broken, $"checkpoint-{saved}"));
            CommandResult result = TinyRun.Run(tiny.Arguments($"broken-{step}", all + " --resume"));
            result.Code.Should().Be(0, result.Log);
            File.ReadAllBytes(Path.Combine(broken, "model.safetensors")).Should().Equal(File.ReadAllBytes(Path.Combine(whole, "model.safetensors")));
            HistoryText(broken).Should().Be(HistoryText(whole));
        }
    }

    [Fact]
    public void A_best_checkpoint_that_is_lost_does_not_count_and_is_told()
    {
        string whole = tiny.Train("whole", "--keep=best --best-metric=loss" + Many), broken = Directory.CreateDirectory(tiny.PathOf("broken")).FullName;
        int best = LeastLoss(whole);
        File.Copy(Path.Combine(whole, Recipe.FileName), Path.Combine(broken, Recipe.FileName));
        Copy(Path.Combine(whole, "checkpoint-8"), Path.Combine(broken, "checkpoint-8"));
        CommandResult result = TinyRun.Run(tiny.Arguments("broken", "--keep=best --best-metric=loss --resume" + Many));
        result.Code.Should().Be(0, result.Log);
        result.Log.Should().Contain($"The best evaluation so far, after step {best}, has no whole checkpoint any more (it is not there): it does not count.");
        // Only the one that the run goes on from, and what comes after, are there.
        double[] left = [.. History(broken).Where(entry => entry["eval_loss"] is not null && entry["step"]!.GetValue<int>() >= 8)
            .Select(entry => entry["eval_loss"]!.GetValue<double>())];
        TinyRun.ReadJson(broken, "all_results.json")["eval_loss"]!.GetValue<double>().Should().Be(left.Min());
    }

    [Fact]
    public void The_best_checkpoint_outlives_the_limit()
    {
        string folder = tiny.Train("output", "--keep=best --best-metric=loss" + Many + " --save-total-limit=1");
        int best = LeastLoss(folder);
        Directory.EnumerateDirectories(folder, "checkpoint-*").Select(path => Path.GetFileName(path))
            .Should().BeEquivalentTo($"checkpoint-{best}", "checkpoint-8");
    }

    [Fact]
    public void Without_a_folder_the_best_model_is_kept_in_memory()
    {
        TextExample[] examples = [.. Enumerable.Range(0, 30).Select(i => new TextExample(TinyRun.Words[i * 7 % 55], Label: i % 2))];
        var recipe = new Recipe
        {
            Task = new TaskOptions { Model = tiny.Model, MaxLength = 16 },
            Training = new TrainingOptions { MaxSteps = 9, BatchSize = 4, EvalEvery = 1, LearningRate = 1e-2, Keep = KeptModel.Best, BestMetric = "loss" },
            Pruning = new PruningOptions { Method = "movement", Density = 0.3, ScheduleWarmup = 2, FinalWarmup = 2 },
            Device = new DeviceOptions { Threads = 1 },
        };
        var setup = new RunSetup { Task = new ListTask(["even", "odd"], examples, examples) };
        RunResult inMemory = Run.Execute(recipe, setup: setup), inFolder = Run.Execute(recipe, tiny.PathOf("output"), setup);
        inFolder.KeptStep.Should().BeInRange(5, 8);
        inMemory.KeptStep.Should().Be(inFolder.KeptStep);
        inMemory.Metrics["eval_loss"].Should().Be(inFolder.Metrics["eval_loss"]);
    }

    [Fact]
    public void Without_evaluation_no_evaluation_file_is_read()
    {
        CommandResult result = TinyRun.Run(tiny.Arguments("output", "--evaluate=false --eval-file=- --method=movement --density=0.3"));
        result.Code.Should().Be(0, result.Log);
        result.Log.Should().Contain("Nothing is evaluated.").And.NotContain("eval ");
        string[] files = [.. Directory.EnumerateFiles(tiny.PathOf("output")).Select(path => Path.GetFileName(path))];
        files.Should().Contain("train_results.json").And.NotContain("eval_results.json");
        tiny.Train("evaluated", "--method=movement --density=0.3");
        File.ReadAllBytes(tiny.PathOf("output/model.safetensors")).Should().Equal(File.ReadAllBytes(tiny.PathOf("evaluated/model.safetensors")));
    }

    [Theory]
    [InlineData("--keep=best --eval-every=0", "--keep best needs evaluations during the run")]
    [InlineData("--patience=1 --eval-every=0", "--patience needs evaluations during the run")]
    [InlineData("--patience=0", "--patience: expected 1 evaluation or more, found 0")]
    [InlineData("--best-metric=loss", "--best-metric has no effect without --keep best or --patience")]
    [InlineData("--keep=best --best-metric=bleu", "--best-metric: expected one of accuracy, loss, found bleu")]
    [InlineData("--keep=best --evaluate=false --eval-file=-", "--keep has no effect with --evaluate false")]
    [InlineData("--evaluate=false", "--eval-file has no effect with --evaluate false")]
    [InlineData("--evaluate=false --eval-file=- --predictions=$F/p", "--predictions needs evaluation examples")]
    [InlineData("--keep=first", "--keep")]
    public void What_cannot_be_meant_is_refused(string options, string message)
    {
        CommandResult result = TinyRun.Run(tiny.Arguments("refused", options));
        result.Code.Should().Be(2, result.Log);
        result.Log.Should().Contain(message);
        Directory.Exists(tiny.PathOf("refused")).Should().BeFalse();
    }

    private static int LeastLoss(string folder) =>
        History(folder).Where(entry => entry["eval_loss"] is not null).MinBy(entry => entry["eval_loss"]!.GetValue<double>())!["step"]!.GetValue<int>();

    private static IEnumerable<JsonNode> History(string folder) =>
        TinyRun.ReadJson(folder, TrainerState.FileName)["log_history"]!.AsArray().Select(entry => entry!);

    private static string HistoryText(string folder) => new JsonArray([.. History(folder).Select(entry => entry.DeepClone())]).ToJsonString();

    // What no method prunes.
    private static float[] Biases(string folder)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(folder, "model.safetensors"));
        var all = new List<float>();
        IEnumerable<SafetensorsEntry> biases = file.Entries.Where(entry => entry.Name.EndsWith("bias", StringComparison.Ordinal));
        foreach (SafetensorsEntry entry in biases.OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            var values = new float[entry.Count];
            file.ReadFloat32(entry, values);
            all.AddRange(values);
        }

        return [.. all];
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.EnumerateFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }
}
