// Texts with any number of labels, from the file to the answer.
using System.Text.Json.Nodes;
using Sprout.Bert.Data;
using Sprout.Bert.Prediction;
using Sprout.Bert.Tasks;
using Sprout.Bert.Training;
using Sprout.Pruning.Runs;
using Sprout.Tensors;
using Sprout.Tensors.Devices;
using Sprout.Tests.Training;

namespace Sprout.Tests.Runs;

public sealed class MultiLabelTests(TinyRun tiny) : IClassFixture<TinyRun>
{
    // Whether a text has label x, y or z can be read off its words.
    private static readonly (string Text, string[] Labels)[] Rows =
    [
        .. Enumerable.Range(0, 48).Select(i =>
            (string.Join(' ', new[] { i % 2 == 0 ? "aa" : "ab", i % 3 == 0 ? "ba" : "bb", i % 4 == 0 ? "ca" : "cb" }),
            new[] { i % 2 == 0 ? "x" : null, i % 3 == 0 ? "y" : null, i % 4 == 0 ? "z" : null }.OfType<string>().ToArray())),
    ];

    private const string Learn = " --task=text --multi-label --max-steps=150 --learning-rate=1e-2 --batch-size=8 --eval-every=0 --ignore-mismatched-sizes"
        + " --text-column=text --dropout=0";

    [Fact]
    public void Sets_are_learned_measured_and_predicted()
    {
        string tsv = tiny.Write("sets.tsv", "text\tlabel\n" + string.Concat(Rows.Select(row => $"{row.Text}\t{string.Join(',', row.Labels)}\n")));
        CommandResult trained = TinyRun.Run(tiny.Arguments("sets", Learn + $" --train-file={tsv} --eval-file={tsv} --predictions=$F/sets.jsonl"));
        trained.Code.Should().Be(0, trained.Log);
        trained.Log.Should().Contain("Any number of 3 labels a text: x 24 + 24, y 16 + 16, z 12 + 12.");
        string folder = tiny.PathOf("sets");
        JsonObject config = TinyRun.ReadJson(folder, "config.json"), results = TinyRun.ReadJson(folder, "all_results.json");
        config["problem_type"]!.GetValue<string>().Should().Be("multi_label_classification");
        results["eval_f1_micro"]!.GetValue<double>().Should().Be(1);
        results["eval_f1_macro"]!.GetValue<double>().Should().Be(1);
        results["eval_accuracy"]!.GetValue<double>().Should().Be(1);
        TinyRun.ReadJson(folder, "eval_classes.json")["eval"]!["classes"]!.AsArray().Select(of => of!["examples"]!.GetValue<int>()).Should().Equal(24, 16, 12);
        JsonNode first = JsonNode.Parse(File.ReadLines(tiny.PathOf("sets.jsonl")).First())!;
        first["label"]!.ToJsonString().Should().Be("[0,1,2]");
        first["prediction"]!.ToJsonString().Should().Be("[0,1,2]");

        // The model knows that it gives sets, and measures and answers alike.
        JsonNode again = TinyRun.Run("eval", "--model", folder, "--eval-file", tsv, "--json").Json;
        foreach (string name in (string[])["eval_f1_micro", "eval_f1_macro", "eval_accuracy", "eval_loss"])
            again[name]!.GetValue<double>().Should().BeApproximately(results[name]!.GetValue<double>(), 1e-6);
        JsonNode answer = TinyRun.Run("predict", "--model", folder, "--input", tiny.Write("one.txt", "aa bb ca\n")).Json;
        answer["labels"]!.ToJsonString().Should().Be("[\"x\",\"z\"]");
        answer["probabilities"]!["y"]!.GetValue<double>().Should().BeLessThan(0.5);
        using var classifier = (MultiLabelClassifier)Predictor.Load(folder, new PredictorOptions { Threads = 1 });
        classifier.Predict([new("ab bb cb"), new("ab ba cb")]).Select(set => string.Join(',', set.Labels)).Should().Equal("", "y");
        ((Action)(() => TextClassifier.Load(folder))).Should().Throw<InputException>().WithMessage("*one class*");
    }

    [Fact]
    public void JSON_arrays_and_separated_texts_give_the_same_bits()
    {
        string tsv = tiny.Write("few.tsv", "text\tlabel\n" + string.Concat(Rows.Select(row => $"{row.Text}\t{string.Join(" , ", row.Labels)}\n")));
        string json = tiny.Write("few.jsonl", string.Concat(Rows.Select(row =>
            new JsonObject { ["text"] = row.Text, ["label"] = new JsonArray([.. row.Labels.Select(label => (JsonNode)label)]) }.ToJsonString() + "\n")));
        const string few = Learn + " --max-steps=3";
        string first = tiny.Train("first", few + $" --train-file={tsv} --eval-file={tsv}");
        string second = tiny.Train("second", few + $" --train-file={json} --eval-file={json}");
        File.ReadAllBytes(Path.Combine(second, "model.safetensors")).Should().Equal(File.ReadAllBytes(Path.Combine(first, "model.safetensors")));
    }

    [Fact]
    public void A_list_in_memory_and_a_teacher()
    {
        TextExample[] examples = [.. Rows.Select(row => new TextExample(row.Text) { Labels = [.. row.Labels.Select(label => label[0] - 'x')] })];
        var recipe = new Recipe
        {
            Task = new TaskOptions { Model = tiny.Model, MaxLength = 16, IgnoreMismatchedSizes = true, Dropout = 0 },
            Training = new TrainingOptions { MaxSteps = 60, BatchSize = 8, LearningRate = 1e-2 },
            Device = new DeviceOptions { Threads = 1 },
        };
        var setup = new RunSetup { Task = new ListTask(["x", "y", "z"], examples, examples, isMultiLabel: true) };
        RunResult teacher = Run.Execute(recipe, tiny.PathOf("teacher-of-sets"), setup);
        Recipe distilled = recipe with { Task = recipe.Task with { Teacher = teacher.Output, DistillAlpha = 0.5 } };
        RunResult whole = Run.Execute(distilled, tiny.PathOf("student"), setup);
        whole.Metrics["eval_f1_micro"].Should().BeGreaterThan(0.9);
        whole.ClassReports[""].Support(0).Should().Be(24);
    }

    [Theory]
    [InlineData("text\tlabel\naa\tx,,y\nab\tx\n", "", 3, "line 2: expected a label, found none")]
    [InlineData("text\tlabel\naa\tx,nan\nab\tx\n", "", 3, "stands for none")]
    [InlineData("text\tlabel\naa\t\nab\t\n", "", 3, "expected a label, found none")]
    [InlineData("text\tlabel\naa\tx\nab\ty\n", "--regression=true", 2, "exclude each other")]
    [InlineData("text\tlabel\naa\tx\nab\ty\n", "--loss=cross-entropy", 2, "expected a loss of label sets")]
    [InlineData("text\tlabel\naa\tx\nab\ty\n", "--class-weights=balanced", 2, "needs a classification with one label a text")]
    [InlineData("text\tlabel\naa\tx\nab\ty\n", "--task=sst2 --text-column=-", 2, "--multi-label has no effect with --task sst2")]
    public void What_cannot_be_meant_is_refused(string table, string options, int code, string message)
    {
        string file = tiny.Write("bad.tsv", table);
        CommandResult result = TinyRun.Run(tiny.Arguments("bad", Learn + $" --train-file={file} --eval-file={file} {options}"));
        result.Code.Should().Be(code, result.Log);
        result.Log.Should().Contain(message);
    }

    [Fact]
    public void A_label_that_the_model_does_not_know_is_named()
    {
        string train = tiny.Write("known.tsv", "text\tlabel\naa\tx\nab\ty\n"), eval = tiny.Write("unknown.tsv", "text\tlabel\naa\tx,w\n");
        CommandResult result = TinyRun.Run(tiny.Arguments("unknown", Learn + $" --train-file={train} --eval-file={eval}"));
        result.Code.Should().Be(3, result.Log);
        result.Log.Should().Contain("line 2: expected a label that the model knows (\"x\", \"y\"), found \"w\"");
    }
}
