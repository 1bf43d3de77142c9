// Models and data as they are found in the world, through the command: each is used rightly, or refused or noted in one sentence.
using System.Text.Json.Nodes;
using Sprout.Fuzz.Kinds;
using Sprout.Tensors.IO;
using Sprout.Tests.Training;

namespace Sprout.Tests.Cli;

public sealed class FoundFilesTests : IDisposable
{
    private readonly TinyRun tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void A_pair_needs_a_model_with_two_segment_types()
    {
        string model = WithConfig("one-type", config => config["type_vocab_size"] = 1);
        Rewrite(model, tensors => tensors["bert.embeddings.token_type_embeddings.weight"] = ([1, 16], new float[16]));
        Predict(model, "aa").Code.Should().Be(0);
        Refused(Predict(model, "aa\tbb"), 3, "expected a model with two segment types", "found 1");
        string pairs = tiny.Write("pairs.csv", "text,other,label\naa,bb,0\nba,ca,1\n");
        Refused(
            TinyRun.Run(
                "train", "--model", model, "--task", "text", "--train-file", pairs, "--eval-file", pairs, "--pair-column", "other",
                "--output", tiny.PathOf("pair-run"), "--max-steps", "1"),
            3, "expected a model with two segment types");
        Directory.Exists(tiny.PathOf("pair-run")).Should().BeFalse();
    }

    [Fact]
    public void Of_a_key_that_is_twice_in_a_line_the_last_counts()
    {
        JsonNode[] lines = Lines(Predict(tiny.Model, "{\"text\":\"aa\",\"text\":\"ab ac\"}\nab ac"));
        lines[0]["logits"]!.ToJsonString().Should().Be(lines[1]["logits"]!.ToJsonString());
    }

    [Fact]
    public void A_line_that_begins_with_a_brace_and_is_no_JSON_is_a_text()
    {
        CommandResult result = Predict(tiny.Model, "aa\n{aa} ab\n{ba\nbb");
        Lines(result).Should().HaveCount(4);
        result.Log.Split('\n').Should().ContainSingle(line => line.Contains("brace")).Which.Should().Contain("line 2");
        Refused(Predict(tiny.Model, "{\"txt\":\"aa\"}"), 3, "line 1", "expected the key \"text\"");
        Refused(Predict(tiny.Model, "{\"text\":7}"), 3, "line 1", "found a JSON number");
    }

    [Fact]
    public void Label_names_may_be_numbers()
    {
        string model = WithConfig("numbers", config =>
        {
            config["id2label"] = new JsonObject { ["0"] = 0, ["1"] = 1 };
            config["label2id"] = new JsonObject { ["0"] = 0, ["1"] = "1" };
        });
        Lines(Predict(model, "aa"))[0]["label"]!.GetValue<string>().Should().BeOneOf("0", "1");
        Evaluate(model, "text,label\naa,1\nab,0\n").Json["eval_accuracy"].Should().NotBeNull();
    }

    [Fact]
    public void A_classifier_without_names_is_no_regression()
    {
        CommandResult result = Evaluate(WithConfig("nameless", config => config.Remove("id2label")), "text,label\naa,1\nab,0\n");
        result.Json["eval_accuracy"].Should().NotBeNull();
        Refused(Evaluate(tiny.Model, "text,label\naa,yes\nab,no\n"), 3, "LABEL_0", "\"yes\"");
    }

    [Fact]
    public void Other_label_names_than_the_tasks_are_told()
    {
        string model = WithConfig("others", config =>
        {
            config["id2label"] = new JsonObject { ["0"] = "good", ["1"] = "bad" };
            config["label2id"] = new JsonObject { ["good"] = 0, ["bad"] = 1 };
        });
        TinyRun.Run("eval", "--model", model, "--task", "sst2", "--eval-file", tiny.EvalFile)
            .Log.Should().Contain("calls its classes good, bad; task sst2 takes them for negative, positive");
        TinyRun.Run("eval", "--model", tiny.Model, "--task", "sst2", "--eval-file", tiny.EvalFile).Log.Should().NotContain("calls its classes");
    }

    [Fact]
    public void A_model_of_several_numbers_is_refused_by_eval_and_predict_alike()
    {
        string model = WithConfig("numbers", config => config["problem_type"] = "regression");
        Refused(Evaluate(model, "text,label\naa,1\nab,0\n"), 3, "problem_type", "2 labels", "regression");
        Refused(Predict(model, "aa"), 3, "problem_type regression", "2 labels");
    }

    [Theory]
    [InlineData("multi_label_classification", "--task=text", "multi-label false", "found multi_label_classification")]
    [InlineData("single_label_classification", "--task=text --multi-label", "multi-label true", "found single_label_classification")]
    [InlineData(null, "--task=text --regression=true --ignore-mismatched-sizes=true", "regression true", "found none")]
    public void A_model_that_contradicts_its_run_is_refused_by_eval_and_predict_alike(string? type, string options, params string[] says)
    {
        string data = tiny.Write("own.csv", "text,label\naa,1\nab,0\n");
        string model = tiny.Train("own", $"{options} --train-file={data} --eval-file={data} --max-steps=1");
        JsonObject config = TinyRun.ReadJson(model, "config.json");
        if (type is null) config.Remove("problem_type");
        else config["problem_type"] = type;
        File.WriteAllText(Path.Combine(model, "config.json"), config.ToJsonString());
        Refused(TinyRun.Run("eval", "--model", model, "--eval-file", data), 3, ["config.json: problem_type: expected what", .. says]);
        Refused(Predict(model, "aa"), 3, says);
    }

    [Fact]
    public void A_head_of_another_size_starts_afresh_when_that_is_asked_for()
    {
        string three = tiny.Write("three.csv", "text,label\naa,x\nab,y\nac,z\n"), output = tiny.PathOf("three");
        string[] run = ["train", "--model", tiny.Model, "--task", "text", "--train-file", three, "--eval-file", three, "--output", output, "--max-steps", "1"];
        Refused(TinyRun.Run(run), 3, "classifier.weight", "expected shape [3, 16], found [2, 16]", "--ignore-mismatched-sizes");
        CommandResult result = TinyRun.Run([.. run, "--ignore_mismatched_sizes", "true"]);
        result.Code.Should().Be(0, result.Log);
        result.Log.Should().Contain("classifier.weight").And.Contain("initialised afresh");
        Refused(TinyRun.Run("eval", "--model", output, "--task", "sst2", "--eval-file", tiny.EvalFile), 3, "classifier.weight").Should().NotContain("--ignore");
    }

    [Fact]
    public void A_teacher_may_have_made_up_label_names()
    {
        string teacher = WithConfig("teacher", config => Name(config, "LABEL_0", "LABEL_1"));
        tiny.Train("taught", $"--teacher={teacher}");
        teacher = WithConfig("stranger", config => Name(config, "cat", "dog"));
        Refused(TinyRun.Run(tiny.Arguments("untaught", $"--teacher={teacher}")), 3, "expected a teacher with the labels negative, positive, found cat, dog");
    }

    [Fact]
    public void Misplaced_answers_are_left_out_of_training_and_count_in_evaluation()
    {
        const string template = """
            {"version":"1.1","data":[{"title":"t","paragraphs":[{"context":"aa ab ac ad ae","qas":[
              {"id":"q0","question":"ca","answers":[{"text":"ad","answer_start":@}]},
              {"id":"q1","question":"cc","answers":[{"text":"ab","answer_start":3}]}]}]}]}
            """;
        string data = tiny.Write("squad.json", template.Replace("@", "8", StringComparison.Ordinal));
        string[] run = ["--task", "squad", "--eval-file", data, "--json"];
        CommandResult result = TinyRun.Run(
            ["train", "--model", tiny.Model, "--train-file", data, "--output", tiny.PathOf("squad"), "--max-steps", "1", .. run]);
        result.Code.Should().Be(0, result.Log);
        result.Log.Should().Contain("1 of 2 questions have an answer that is not where answer_start says, and are left out");
        JsonNode misplaced = TinyRun.Run(["eval", "--model", tiny.PathOf("squad"), .. run]).Json;
        tiny.Write("squad.json", template.Replace("@", "9", StringComparison.Ordinal));
        JsonNode placed = TinyRun.Run(["eval", "--model", tiny.PathOf("squad"), .. run]).Json;
        misplaced["eval_f1"]!.ToJsonString().Should().Be(placed["eval_f1"]!.ToJsonString());
        tiny.Write("squad.json", template.Replace("@", "8", StringComparison.Ordinal).Replace(":3}", ":4}", StringComparison.Ordinal));
        Refused(
            TinyRun.Run(["train", "--model", tiny.Model, "--train-file", data, "--output", tiny.PathOf("none"), .. run]), 3,
            "expected answers where answer_start says, found none of 2");
    }

    [Fact]
    public void Files_without_labels_give_predictions_without_metrics()
    {
        string tests = tiny.Write("test.tsv", "index\tsentence\n0\taa\n1\tab ac\n"), table = tiny.Write("test.csv", "text\naa\nab ac\n");
        string questions = tiny.Write("test.json", """
            {"data":[{"paragraphs":[{"context":"aa ab ac","qas":[{"id":"q0","question":"ca"},{"id":"q1","question":"cb","answers":[]}]}]}]}
            """);
        string squad = tiny.PathOf("squad");
        string trained = tiny.Write("train.json", """
            {"data":[{"paragraphs":[{"context":"aa ab ac","qas":[{"id":"q0","question":"ca","answers":[{"text":"ab","answer_start":3}]}]}]}]}
            """);
        TinyRun.Run(
            "train", "--model", tiny.Model, "--task", "squad", "--train-file", trained, "--eval-file", trained, "--output", squad, "--max-steps", "1")
            .Code.Should().Be(0);
        foreach ((string model, string task, string file) in (ReadOnlySpan<(string, string, string)>)
            [(tiny.Model, "sst2", tests), (tiny.Model, "text", table), (squad, "squad", questions)])
        {
            string predictions = tiny.PathOf("predictions.jsonl");
            CommandResult result = TinyRun.Run("eval", "--model", model, "--task", task, "--eval-file", file, "--predictions", predictions, "--json");
            result.Code.Should().Be(0, result.Log);
            result.Json.AsObject().Should().BeEmpty();
            result.Log.Should().Contain("no metrics");
            File.ReadLines(predictions).Should().HaveCount(2).And.NotContain(line => line.Contains("\"label\""));
            TinyRun.Run("eval", "--model", model, "--task", task, "--eval-file", file).Code.Should().Be(3);
        }
    }

    [Fact]
    public void Eval_and_predict_use_the_settings_of_the_run()
    {
        string model = tiny.Train("short", "--max-length=4");
        CommandResult evaluated = TinyRun.Run("eval", "--model", model, "--task", "sst2", "--eval-file", tiny.EvalFile, "--json");
        evaluated.Json["eval_loss"]!.ToJsonString().Should().Be(TinyRun.ReadJson(model, "eval_results.json")["eval_loss"]!.ToJsonString());
        evaluated.Log.Should().ContainAll("training_options.json", "--max-length 4");
        string Logits(params string[] options) => Lines(
            TinyRun.Run(["predict", "--model", model, "--input", tiny.Write("lines", "aa ab ac ad ae af\n"), .. options]))[0]["logits"]!.ToJsonString();
        Logits().Should().Be(Logits("--max-length", "4")).And.NotBe(Logits("--max-length", "16"));
        TinyRun.Run("eval", "--model", model, "--eval-file", tiny.EvalFile).Code.Should().Be(0, "the task is the run's");
    }

    [Fact]
    public void Predict_reads_a_table_and_answers_with_texts_and_names()
    {
        string model = WithConfig("named", config => Name(config, "cat", "dog"));
        string table = tiny.Write("table.csv", "id,review,label\n7,\"aa, ab\",x\n8,ac,y\n");
        JsonNode[] rows = Lines(TinyRun.Run("predict", "--model", model, "--input", table, "--text-column", "review"));
        rows.Select(row => row["text"]!.GetValue<string>()).Should().Equal("aa, ab", "ac");
        JsonNode[] lines = Lines(Predict(model, "aa, ab\nac"));
        rows.Select(row => row["logits"]!.ToJsonString()).Should().Equal(lines.Select(line => line["logits"]!.ToJsonString()));
        JsonObject probabilities = rows[0]["probabilities"]!.AsObject();
        probabilities.Select(pair => pair.Key).Should().Equal("cat", "dog");
        probabilities.Sum(pair => pair.Value!.GetValue<double>()).Should().BeApproximately(1, 1e-9);
        probabilities[rows[0]["label"]!.GetValue<string>()]!.ToJsonString().Should().Be(rows[0]["probability"]!.ToJsonString());
        Lines(TinyRun.Run("predict", "--model", model, "--input", table, "--text-column", "review", "--pair-column", "label"))[1]["pair"]!
            .GetValue<string>().Should().Be("y");
        Refused(TinyRun.Run("predict", "--model", model, "--input", table, "--text-column", "absent"), 3, "\"absent\"");
        Refused(TinyRun.Run("predict", "--model", model, "--input", table, "--pair-column", "label"), 2, "--text-column");
        Refused(TinyRun.Run("predict", "--model", model, "--text-column", "review"), 2, "--input");
    }

    [Fact]
    public void A_decoder_that_is_not_tied_is_refused_in_pretraining_and_kept_in_export()
    {
        string model = WithConfig("untied", config => config["tie_word_embeddings"] = false);
        Rewrite(model, tensors => tensors["cls.predictions.decoder.weight"] = ([60, 16], [.. Enumerable.Range(0, 960).Select(i => i / 100f)]));
        string lines = tiny.Write("corpus.txt", string.Concat(Enumerable.Repeat("aa ab ac ad ae af\n", 10)));
        Refused(
            TinyRun.Run("pretrain", "--model", model, "--train-file", lines, "--output", tiny.PathOf("pretrained"), "--max-steps", "1"), 3,
            "tie_word_embeddings: expected true");
        string exported = tiny.PathOf("exported");
        TinyRun.Run("export", "--model", model, "--output", exported).Code.Should().Be(0);
        using SafetensorsFile file = SafetensorsFile.OpenModel(exported);
        file.Find("cls.predictions.decoder.weight")!.Shape.Should().Equal(60, 16);
    }

    [Fact]
    public void A_model_that_has_only_a_pickle_predicts_alike()
    {
        string model = WithConfig("pickled", _ => { });
        using (SafetensorsFile file = SafetensorsFile.OpenModel(tiny.Model))
        {
            var items = new List<(string, byte[])>();
            var records = new List<(string, byte[])>();
            foreach (SafetensorsEntry entry in file.Entries)
            {
                string key = $"{items.Count}";
                int[] shape = [.. entry.Shape.Select(extent => (int)extent)];
                int[] strides = [.. shape.Select((_, i) => shape[(i + 1)..].Aggregate(1, (a, b) => a * b))];
                items.Add((entry.Name, TorchBytesOf.Tensor(key, (int)entry.Count, 0, shape, strides)));
                records.Add(($"data/{key}", file.Raw(entry).ToArray()));
            }

            File.WriteAllBytes(
                Path.Combine(model, "pytorch_model.bin"), TorchBytesOf.Archive([("data.pkl", TorchBytesOf.Dictionary([.. items])), .. records]));
        }

        File.Delete(Path.Combine(model, "model.safetensors"));
        Predict(model, "aa ab\nba").Output.Should().Be(Predict(tiny.Model, "aa ab\nba").Output);
        string output = tiny.Train("from-pickle", $"--model={model}"), usual = tiny.Train("from-safetensors");
        File.ReadAllBytes(Path.Combine(output, "model.safetensors")).Should().Equal(File.ReadAllBytes(Path.Combine(usual, "model.safetensors")));
        File.WriteAllBytes(Path.Combine(model, "pytorch_model.bin"), TorchBytesOf.Pickle("cos\nsystem\n"));
        Refused(Predict(model, "aa"), 3, "pytorch_model.bin", "os.system");
    }

    private static JsonNode[] Lines(CommandResult result)
    {
        result.Code.Should().Be(0, result.Log);
        return [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
    }

    private static string Refused(CommandResult result, int code, params string[] says)
    {
        result.Code.Should().Be(code, result.Log);
        result.Log.Should().ContainAll(says);
        return result.Log;
    }

    private static void Name(JsonObject config, string first, string second)
    {
        config["id2label"] = new JsonObject { ["0"] = first, ["1"] = second };
        config["label2id"] = new JsonObject { [first] = 0, [second] = 1 };
    }

    private static void Rewrite(string model, Action<Dictionary<string, (long[] Shape, float[] Values)>> change)
    {
        var tensors = new Dictionary<string, (long[] Shape, float[] Values)>();
        using (SafetensorsFile file = SafetensorsFile.OpenModel(model))
        {
            foreach (SafetensorsEntry entry in file.Entries)
            {
                var values = new float[entry.Count];
                file.ReadFloat32(entry, values);
                tensors[entry.Name] = (entry.Shape, values);
            }
        }

        change(tensors);
        SafetensorsWriter.Write(
            Path.Combine(model, "model.safetensors"), tensors.Select(pair => SafetensorsTensor.Of<float>(pair.Key, pair.Value.Shape, pair.Value.Values)));
    }

    private string WithConfig(string name, Action<JsonObject> change)
    {
        string folder = Directory.CreateDirectory(tiny.PathOf(name)).FullName;
        foreach (string file in Directory.GetFiles(tiny.Model)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        JsonObject config = TinyRun.ReadJson(folder, "config.json");
        change(config);
        File.WriteAllText(Path.Combine(folder, "config.json"), config.ToJsonString());
        return folder;
    }

    private CommandResult Predict(string model, string lines) => TinyRun.Run("predict", "--model", model, "--input", tiny.Write("lines.txt", lines + "\n"));

    private CommandResult Evaluate(string model, string csv) =>
        TinyRun.Run("eval", "--model", model, "--task", "text", "--eval-file", tiny.Write("eval.csv", csv), "--json");

    [Theory]
    [InlineData("sst2", "sentence")]
    [InlineData("text", "text")]
    public void A_test_file_whose_labels_are_minus_one_has_none(string task, string column)
    {
        string test = tiny.Write("hidden.tsv", $"{column}\tlabel\naa ab\t-1\nba\t-1\n"), predictions = tiny.PathOf("hidden.jsonl");
        string[] eval = ["eval", "--model", tiny.Model, "--task", task, "--eval-file", test, "--max-length", "16"];
        CommandResult result = TinyRun.Run([.. eval, "--predictions", predictions]);
        result.Code.Should().Be(0, result.Log);
        result.Log.Should().Contain("has no labels");
        File.ReadLines(predictions).Should().HaveCount(2).And.OnlyContain(line => !line.Contains("\"label\""));
        // Where metrics are asked for it is an error, as is one that is told among them.
        TinyRun.Run(eval).Code.Should().Be(3);
        tiny.Write("hidden.tsv", $"{column}\tlabel\naa ab\t-1\nba\t1\n");
        TinyRun.Run([.. eval, "--predictions", predictions]).Code.Should().Be(3);
    }
}
