// A deterministic run of an independent PyTorch program; Golden/parity/README.md says how they were made.
using System.Text.Json.Nodes;
using Sprout.Tensors.IO;

namespace Sprout.Tests.Training;

/// <summary>One of the runs: its model, data and options, and what it came to.</summary>
internal sealed class GoldenRun
{
    public static readonly string[] Names =
    [
        "dense", "magnitude", "movement-end", "movement-ramp", "movement-global", "movement-block", "soft-movement", "l0",
        "distilled", "regression", "questions",
    ];

    private static readonly string Golden = Path.Combine(AppContext.BaseDirectory, "Golden", "parity");

    // The loss does not see a constant that these add to the logits of all tokens or to all attention scores of a row: their true gradient is 0,
    // the rest is rounding.
    private static readonly string[] Unseen = ["attention.self.key.bias"];
    private static readonly string[] UnseenByAnswers = ["qa_outputs.bias", "layer.1.output.LayerNorm.bias"];

    private readonly TinyRun tiny;
    private readonly string name;
    private readonly JsonNode run;

    /// <summary>Writes model, teacher and data of a run into the folder of a tiny run.</summary>
    public GoldenRun(TinyRun tiny, string name)
    {
        this.tiny = tiny;
        this.name = name;
        run = TinyRun.ReadJson(Golden, "runs.json")[name]!;
        string model = run["model"]!.GetValue<string>();
        Folder(model);
        Folder("teacher");
        JsonObject[] examples = [.. File.ReadLines(Path.Combine(Golden, model + ".jsonl")).Select(line => JsonNode.Parse(line)!.AsObject())];
        string data = tiny.Write("data", model == "questions" ? Questions(examples) : model == "regression" ? Pairs(examples) : Texts(examples));
        string options = run["options"]!.GetValue<string>()
            .Replace("scores.safetensors", Path.Combine(Golden, "scores.safetensors"), StringComparison.Ordinal)
            .Replace("--teacher teacher", "--teacher " + tiny.PathOf("teacher"), StringComparison.Ordinal);
        Output = tiny.PathOf("output");
        Options =
        [
            "--model", tiny.PathOf(model), "--train-file", data, "--eval-file", data, "--max-length", "24", "--logging-steps", "1",
            .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        ];
    }

    /// <summary>Where the run writes.</summary>
    public string Output { get; }

    /// <summary>The options of sprout train, names and values in turn.</summary>
    public string[] Options { get; }

    /// <summary>Compares what the run left with what PyTorch computed.</summary>
    public void Compare()
    {
        CompareSteps(run["steps"]!.AsArray(), TinyRun.ReadJson(Output, "trainer_state.json")["log_history"]!.AsArray());
        if (run["eval_loss"] is JsonNode loss)
            TinyRun.ReadJson(Output, "eval_results.json")["eval_loss"]!.GetValue<double>().Should().BeApproximately(loss.GetValue<double>(), 1e-5);
        CompareTensors(name, Output);
    }

    private static void CompareSteps(JsonArray expected, JsonArray log)
    {
        JsonNode[] steps = [.. log.Where(entry => entry!["grad_norm"] is not null).Select(entry => entry!)];
        steps.Should().HaveCount(expected.Count);
        for (int i = 0; i < steps.Length; i++)
        {
            double Value(string key) => steps[i][key]!.GetValue<double>();
            double Wanted(string key) => expected[i]![key]!.GetValue<double>();
            steps[i]["step"]!.GetValue<int>().Should().Be(i + 1);
            Value("loss").Should().BeApproximately(Wanted("loss"), 1e-5 * Math.Abs(Wanted("loss")), $"loss of step {i + 1}");
            Value("grad_norm").Should().BeApproximately(Wanted("grad_norm"), 1e-4 * Wanted("grad_norm"), $"norm of step {i + 1}");
            Value("density").Should().BeApproximately(Wanted("density"), 1e-12, $"density of step {i + 1}");
        }
    }

    private static void CompareTensors(string name, string output)
    {
        using SafetensorsFile expected = SafetensorsFile.Open(Path.Combine(Golden, name + ".expected.safetensors"));
        using SafetensorsFile weights = SafetensorsFile.Open(Path.Combine(output, "model.safetensors"));
        string scorePath = Path.Combine(output, "scores.safetensors");
        using SafetensorsFile? scores = File.Exists(scorePath) ? SafetensorsFile.Open(scorePath) : null;
        string[] unseen = name == "questions" ? [.. Unseen, .. UnseenByAnswers] : Unseen;
        expected.Entries.Should().NotBeEmpty();
        foreach (SafetensorsEntry entry in expected.Entries)
        {
            if (unseen.Any(end => entry.Name.EndsWith(end, StringComparison.Ordinal))) continue;
            bool isScore = entry.Name.EndsWith("mask_scores", StringComparison.Ordinal);
            float[] wanted = Values(expected, entry.Name), found = Values(isScore ? scores! : weights, entry.Name);
            found.Should().HaveSameCount(wanted, entry.Name);
            double worst = wanted.Zip(found, (a, b) => (double)Math.Abs(a - b)).Max();
            worst.Should().BeLessThan(isScore ? 1e-4 : 1e-5, entry.Name);
        }
    }

    private static float[] Values(SafetensorsFile file, string name)
    {
        file.TryGet(name, out SafetensorsEntry? entry).Should().BeTrue(name);
        var values = new float[entry!.Count];
        file.ReadFloat32(entry, values);
        return values;
    }

    private void Folder(string name)
    {
        string folder = Directory.CreateDirectory(tiny.PathOf(name)).FullName;
        File.Copy(Path.Combine(Golden, name + ".safetensors"), Path.Combine(folder, "model.safetensors"));
        File.Copy(Path.Combine(Golden, "config.json"), Path.Combine(folder, "config.json"));
        File.WriteAllLines(Path.Combine(folder, "vocab.txt"), TinyRun.Vocabulary.Take(45));
    }

    // The golden files hold ids; each id from 5 on is a word of its own.
    private static string[] Parts(JsonObject example)
    {
        string all = string.Join(' ', example["ids"]!.AsArray().Select(id => TinyRun.Vocabulary[id!.GetValue<int>()]));
        return [.. all.Replace("[CLS]", "", StringComparison.Ordinal).Split("[SEP]").Select(part => part.Trim())];
    }

    private static string Texts(JsonObject[] examples) =>
        "sentence\tlabel\n" + string.Concat(examples.Select(example => $"{Parts(example)[0]}\t{example["label"]}\n"));

    private static string Pairs(JsonObject[] examples) =>
        "sentence1\tsentence2\tscore\n" + string.Concat(examples.Select(example => $"{Parts(example)[0]}\t{Parts(example)[1]}\t{example["label"]}\n"));

    private static string Questions(JsonObject[] examples)
    {
        var paragraphs = new JsonArray();
        foreach (JsonObject example in examples)
        {
            int first = example["ctx"]!.GetValue<int>(), start = example["start"]!.GetValue<int>() - first, end = example["end"]!.GetValue<int>() - first;
            string[] parts = Parts(example), words = parts[1].Split(' ');
            var answer = new JsonObject
            {
                ["text"] = string.Join(' ', words[start..(end + 1)]), ["answer_start"] = words[..start].Sum(word => word.Length + 1),
            };
            var question = new JsonObject { ["id"] = example["qid"]!.DeepClone(), ["question"] = parts[0], ["answers"] = new JsonArray(answer) };
            paragraphs.Add((JsonNode)new JsonObject { ["context"] = parts[1], ["qas"] = new JsonArray(question) });
        }

        var article = new JsonObject { ["title"] = "tiny", ["paragraphs"] = paragraphs };
        return new JsonObject { ["version"] = "1.1", ["data"] = new JsonArray(article) }.ToJsonString();
    }
}
