// The commands around training, on a tiny model.
using System.Text;
using System.Text.Json.Nodes;
using Sprout.Cli.Shell;
using Sprout.Tests.Training;

namespace Sprout.Tests.Cli;

// Tests that replace the process's standard input run alone.
[CollectionDefinition("standard input", DisableParallelization = true)]
public sealed class StandardInput;

[Collection("standard input")]
public sealed class CommandTests : IDisposable
{
    private readonly TinyRun tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void Tokenize_prints_ids_types_and_tokens()
    {
        JsonNode[] lines = Lines(WithInput("aa ab\tba\nxx\tAA\n", "tokenize", "--model", tiny.Model, "--pair"));
        lines.Should().HaveCount(2);
        lines[0].ToJsonString().Should().Be("""{"ids":[2,5,6,3,16,3],"type_ids":[0,0,0,0,1,1],"tokens":["[CLS]","aa","ab","[SEP]","ba","[SEP]"]}""");
        lines[1]["tokens"]!.ToJsonString().Should().Be("""["[CLS]","[UNK]","[SEP]","aa","[SEP]"]""");
        WithInput("aa\n", "tokenize", "--model", tiny.Model, "--pair").Code.Should().Be(3);
    }

    [Fact]
    public void Predict_takes_lines_and_JSON_from_a_file_or_standard_input()
    {
        string model = tiny.Train("output");
        string text = "aa ab\n{\"text\":\"aa ab\"}\nba bb\tca\n";
        JsonNode[] fromInput = Lines(WithInput(text, "predict", "--model", model, "--max-length", "16"));
        JsonNode[] fromFile = Lines(TinyRun.Run("predict", "--model", model, "--max-length", "16", "--input", tiny.Write("lines", text)));
        fromInput.Select(line => line.ToJsonString()).Should().Equal(fromFile.Select(line => line.ToJsonString()));
        fromInput.Select(line => line["index"]!.GetValue<int>()).Should().Equal(0, 1, 2);
        fromInput[0]["logits"]!.ToJsonString().Should().Be(fromInput[1]["logits"]!.ToJsonString());
        fromInput[0]["label"]!.GetValue<string>().Should().BeOneOf("negative", "positive");
        WithInput("{\"txt\":\"aa\"}\n", "predict", "--model", model).Log.Should().ContainAll("line 1", "text");
    }

    [Fact]
    public void Predict_and_eval_give_the_same_logits()
    {
        string model = tiny.Train("output"), file = tiny.PathOf("predictions.jsonl");
        string[] evaluation = ["eval", "--model", model, "--task", "sst2", "--eval-file", tiny.EvalFile, "--max-length", "16", "--eval-batch-size", "1"];
        TinyRun.Run([.. evaluation, "--predictions", file]).Code.Should().Be(0);
        string[] texts = [.. File.ReadLines(tiny.EvalFile).Skip(1).Select(line => line.Split('\t')[0])];
        JsonNode[] predicted = Lines(TinyRun.Run("predict", "--model", model, "--max-length", "16", "--input", tiny.Write("lines", string.Join('\n', texts))));
        JsonNode[] evaluated = [.. File.ReadLines(file).Select(line => JsonNode.Parse(line)!)];
        predicted.Select(line => line["logits"]!.ToJsonString()).Should().Equal(evaluated.Select(line => line["logits"]!.ToJsonString()));
    }

    [Fact]
    public void Export_writes_a_folder_that_evaluates_alike()
    {
        string model = tiny.Train("output", "--method=magnitude --density=0.2"), exported = tiny.PathOf("exported");
        TinyRun.Run("export", "--model", model, "--format", "hf", "--output", exported).Code.Should().Be(0);
        string Metrics(string folder) =>
            TinyRun.Run("eval", "--model", folder, "--task", "sst2", "--eval-file", tiny.EvalFile, "--max-length", "16", "--json").Output;
        Metrics(exported).Should().Be(Metrics(model)).And.Contain("eval_accuracy");
        TinyRun.Run("export", "--model", model, "--output", exported).Code.Should().Be(2);
    }

    [Fact]
    public void Inspect_and_devices_print_one_JSON_document_or_a_table()
    {
        JsonNode cost = TinyRun.Run("inspect", tiny.Model, "--json").Json;
        cost["prunable_weights"]!.GetValue<long>().Should().Be(4096);
        cost["density"]!.GetValue<double>().Should().Be(1);
        TinyRun.Run("inspect", tiny.Model).Output.Should().ContainAll("4,096", "MACs a sequence", "in memory");
        double Macs(int length) => TinyRun.Run("inspect", tiny.Model, "--json", "--length", $"{length}").Json["macs_per_sequence"]!.GetValue<double>();
        (Macs(10) - (2 * Macs(5))).Should().Be(2 * 2 * 16 * (100 - 50), "2 layers of 16 have these pairs of tokens more");
        TinyRun.Run("inspect", tiny.Model, "--length", "0").Log.Should().Contain("--length: expected 1 to the model's");
        JsonArray devices = TinyRun.Run("devices", "--json").Json.AsArray();
        devices.Should().Contain(device => device!["device"]!.GetValue<string>() == "cpu" && device["available"]!.GetValue<bool>());
        devices.Where(device => !device!["available"]!.GetValue<bool>()).Should().OnlyContain(device => device!["reason"] != null);
        TinyRun.Run("devices").Output.Should().Contain("cpu");
    }

    [Fact]
    public void Train_with_json_prints_one_document()
    {
        CommandResult result = TinyRun.Run(tiny.Arguments("output", "--method=movement --density=0.3 --json"));
        result.Json["density"]!.GetValue<double>().Should().BeApproximately(0.3, 0.01);
        result.Json["output"]!.GetValue<string>().Should().Be(tiny.PathOf("output"));
    }

    [Fact]
    public void A_run_s_results_tell_the_costs_that_inspect_tells()
    {
        string model = tiny.Train("output", "--method=magnitude --density=0.2");
        JsonObject inspected = TinyRun.Run("inspect", model, "--json").Json.AsObject(), all = TinyRun.ReadJson(model, "all_results.json");
        string[] names = [.. inspected.Where(pair => pair.Key is not ("matrices" or "layers")).Select(pair => pair.Key)];
        TinyRun.ReadJson(model, "model_results.json").Select(pair => pair.Key).Should().BeEquivalentTo(names);
        foreach (string name in names) all[name]!.GetValue<double>().Should().Be(inspected[name]!.GetValue<double>(), name);
        inspected["bytes_on_disk"]!.GetValue<long>().Should().Be(new FileInfo(Path.Combine(model, "model.safetensors")).Length);
        File.ReadAllText(Path.Combine(model, "README.md")).Should().ContainAll("| non-zeros |", "| MACs a sequence |", "| on disk |", "| in memory |");
    }

    [Fact]
    public void A_fresh_model_trains_from_a_configuration_and_a_vocabulary()
    {
        string output = tiny.Train("output", "--model=- --config=$F/model/config.json --vocab=$F/model/vocab.txt");
        TinyRun.Run("inspect", output, "--json").Json["prunable_weights"]!.GetValue<long>().Should().Be(4096);
    }

    [Fact]
    public void Squad_trains_evaluates_and_answers()
    {
        string data = tiny.Write("squad.json", """
            {"version":"1.1","data":[{"title":"t","paragraphs":[{"context":"aa ab ac ad ae af ag ah ai aj ak ba bb bc bd be bf bg bh bi","qas":[
              {"id":"q0","question":"ca cb","answers":[{"text":"ad ae","answer_start":9},{"text":"ae","answer_start":12}]},
              {"id":"q1","question":"cc","answers":[{"text":"bh","answer_start":54}]}]}]}]}
            """);
        string output = tiny.PathOf("output"), predictions = tiny.PathOf("answers.jsonl");
        string[] shared = ["--task", "squad", "--eval-file", data, "--max-length", "14", "--doc-stride", "5", "--predictions", predictions, "--json"];
        CommandResult trained = TinyRun.Run(
            ["train", "--model", tiny.Model, "--train-file", data, "--output", output, "--max-steps", "2", "--batch-size", "4", .. shared]);
        trained.Code.Should().Be(0, trained.Log);
        foreach (string key in (string[])["eval_exact_match", "eval_f1", "eval_loss", "train_loss"]) trained.Json[key].Should().NotBeNull(key);
        string first = File.ReadAllText(predictions);
        JsonNode evaluated = TinyRun.Run(["eval", "--model", output, .. shared]).Json;
        foreach (string key in (string[])["eval_exact_match", "eval_f1", "eval_loss"])
            evaluated[key]!.GetValue<double>().Should().Be(trained.Json[key]!.GetValue<double>(), key);
        File.ReadAllText(predictions).Should().Be(first);
        JsonNode[] answers = [.. first.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
        answers.Select(answer => answer["id"]!.GetValue<string>()).Should().Equal("q0", "q1");
        foreach (string key in (string[])["text", "start", "end", "score"]) answers.Should().OnlyContain(answer => answer[key] != null, key);
        JsonNode predicted = Lines(
            TinyRun.Run("predict", "--model", output, "--input", tiny.Write("questions", "{\"question\":\"cc\",\"context\":\"aa ab ac\"}\n")))[0];
        "aa ab ac".Should().Contain(predicted["text"]!.GetValue<string>());
    }

    private static JsonNode[] Lines(CommandResult result)
    {
        result.Code.Should().Be(0, result.Log);
        return [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
    }

    private static CommandResult WithInput(string text, params string[] args)
    {
        Func<Stream> before = InputLines.OpenConsole;
        try
        {
            InputLines.OpenConsole = () => new MemoryStream(Encoding.UTF8.GetBytes(text));
            return TinyRun.Run(args);
        }
        finally
        {
            InputLines.OpenConsole = before;
        }
    }
}
