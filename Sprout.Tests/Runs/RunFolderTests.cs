// What a run leaves in its folder, and that evaluation of the folder repeats the run's metrics.
using System.Text.Json.Nodes;
using Sprout.Tensors.IO;
using Sprout.Tests.Training;

namespace Sprout.Tests.Runs;

public sealed class RunFolderTests : IDisposable
{
    private readonly TinyRun tiny = new();

    public void Dispose() => tiny.Dispose();

    [Theory]
    [ClassData(typeof(Methods))]
    public void The_saved_folder_evaluates_as_the_run_did_and_holds_the_zeros_it_claims(string name, string options)
    {
        tiny.MakeModel("teacher", 2);
        string output = tiny.Train("output", options + " --learning-rate=1e-2");
        JsonNode metrics = TinyRun.Run("eval", "--model", output, "--task", "sst2", "--eval-file", tiny.EvalFile, "--max-length", "16", "--json").Json;
        foreach ((string key, JsonNode? value) in TinyRun.ReadJson(output, "eval_results.json"))
            if (key.StartsWith("eval_", StringComparison.Ordinal)) metrics[key]!.GetValue<double>().Should().Be(value!.GetValue<double>(), $"{name}: {key}");
        metrics["eval_accuracy"].Should().NotBeNull();

        JsonNode inspected = TinyRun.Run("inspect", output, "--json").Json;
        Dictionary<string, long> nonZeros = NonZeros(output);
        foreach ((string matrix, JsonNode? cost) in inspected["matrices"]!.AsObject())
            cost!["non_zeros"]!.GetValue<long>()
                .Should().Be(nonZeros[matrix.EndsWith(".weight", StringComparison.Ordinal) ? matrix : matrix + ".weight"], matrix);
        if (name == "none")
        {
            File.Exists(Path.Combine(output, "pruning.json")).Should().BeFalse();
            File.Exists(Path.Combine(output, "scores.safetensors")).Should().BeFalse();
            return;
        }

        JsonObject pruning = TinyRun.ReadJson(output, "pruning.json");
        foreach (string key in (string[])["method", "density", "remaining_percent", "threshold", "lambda", "matrices"])
            pruning.ContainsKey(key).Should().BeTrue(key);
        pruning["matrices"]!.AsObject().Should().HaveCount(12);
        long kept = 0;
        foreach ((string matrix, JsonNode? density) in pruning["matrices"]!.AsObject())
        {
            kept += density!["kept"]!.GetValue<long>();
            density["kept"]!.GetValue<long>().Should().Be(nonZeros[matrix + ".weight"], matrix);
        }

        kept.Should().BePositive().And.BeLessThan(4096);
        inspected["kept_weights"]!.GetValue<long>().Should().Be(kept);
        inspected["density"]!.GetValue<double>().Should().Be(pruning["density"]!.GetValue<double>());
        inspected["remaining_percent"]!.GetValue<double>().Should().Be(pruning["remaining_percent"]!.GetValue<double>());
        using SafetensorsFile scores = SafetensorsFile.Open(Path.Combine(output, "scores.safetensors"));
        string[] names = [.. scores.Entries.Select(entry => entry.Name)];
        if (pruning["shared"] is JsonObject shared) names.Should().Contain(shared.Select(pair => pair.Key));
        else names.Should().BeEquivalentTo(pruning["matrices"]!.AsObject().Select(pair => pair.Key + ".mask_scores"));
    }

    [Fact]
    public void Every_documented_file_is_there_with_its_keys()
    {
        string output = tiny.Train("output", "--method=magnitude --density=0.5 --save-every=3 --predictions=$F/predictions.jsonl");
        string[] files =
        [
            "config.json", "model.safetensors", "vocab.txt", "training_options.json", "all_results.json", "eval_results.json", "trainer_state.json",
            "pruning.json", "scores.safetensors",
        ];
        foreach (string file in files)
            File.Exists(Path.Combine(output, file)).Should().BeTrue(file);
        Directory.Exists(Path.Combine(output, "checkpoint-3")).Should().BeTrue();
        Directory.EnumerateFiles(output, "*tfevents*", SearchOption.AllDirectories).Should().NotBeEmpty();
        Directory.EnumerateFileSystemEntries(output, "*.tmp", SearchOption.AllDirectories).Should().BeEmpty();
        Keys(output, "all_results.json").Should().Contain(["eval_accuracy", "eval_loss", "train_loss", "train_runtime", "train_samples_per_second", "epoch"]);
        Keys(output, "eval_results.json").Should().Contain(["eval_accuracy", "eval_loss", "epoch"]);
        Keys(output, "training_options.json")
            .Should().Contain(["model", "task", "seed", "method", "density", "learning-rate", "batch-size", "threads", "version", "machine"]);
        JsonArray history = TinyRun.ReadJson(output, "trainer_state.json")["log_history"]!.AsArray();
        JsonNode[] steps = [.. history.Where(entry => entry!["loss"] is not null).Select(entry => entry!)];
        steps.Select(step => step["step"]!.GetValue<int>()).Should().Equal(1, 2, 3, 4, 5, 6);
        foreach (string key in (string[])["loss", "grad_norm", "learning_rate", "density"]) steps.Should().OnlyContain(step => step[key] != null, key);
        JsonNode[] predictions = [.. File.ReadLines(tiny.PathOf("predictions.jsonl")).Select(line => JsonNode.Parse(line)!)];
        predictions.Select(line => line["index"]!.GetValue<int>()).Should().Equal(Enumerable.Range(0, 20));
        double right = predictions.Count(line => line["label"]!.GetValue<int>() == line["prediction"]!.GetValue<int>());
        TinyRun.ReadJson(output, "eval_results.json")["eval_accuracy"]!.GetValue<double>().Should().Be(right / 20);
        predictions.Should().OnlyContain(line => line["logits"]!.AsArray().Count == 2);
    }

    [Fact]
    public void Only_the_newest_checkpoints_are_kept()
    {
        string output = tiny.Train("output", "--save-every=1 --save-total-limit=2");
        Directory.EnumerateDirectories(output, "checkpoint-*").Select(Path.GetFileName).Should().BeEquivalentTo("checkpoint-4", "checkpoint-5");
    }

    [Fact]
    public void Overwriting_leaves_no_result_of_the_run_before()
    {
        string output = tiny.Train("output", "--method=movement --density=0.5 --save-every=2");
        tiny.Train("output", "--overwrite --save-every=0");
        File.Exists(Path.Combine(output, "pruning.json")).Should().BeFalse();
        File.Exists(Path.Combine(output, "scores.safetensors")).Should().BeFalse();
        Directory.EnumerateDirectories(output, "checkpoint-*").Should().BeEmpty();
        Directory.EnumerateFiles(output, "*tfevents*", SearchOption.AllDirectories).Should().ContainSingle();
    }

    private static IEnumerable<string> Keys(params string[] path) => TinyRun.ReadJson(path).Select(pair => pair.Key);

    private static Dictionary<string, long> NonZeros(string folder)
    {
        using SafetensorsFile file = SafetensorsFile.OpenModel(folder);
        return file.Entries.ToDictionary(entry => entry.Name, entry =>
        {
            var values = new float[entry.Count];
            file.ReadFloat32(entry, values);
            return values.LongCount(value => value != 0);
        });
    }
}
