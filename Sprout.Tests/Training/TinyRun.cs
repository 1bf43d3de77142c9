// A folder with a tiny model and a little task, and the sprout command on them.
using System.Globalization;
using System.Text.Json.Nodes;
using Sprout.Bert;
using Sprout.Bert.Models;
using Sprout.Tensors;

namespace Sprout.Tests.Training;

/// <summary>What a command left: its exit code, results and messages.</summary>
public sealed record CommandResult(int Code, string Output, string Log)
{
    public JsonNode Json => JsonNode.Parse(Output)!;
}

public sealed class TinyRun : IDisposable
{
    public const int Examples = 30;

    public TinyRun()
    {
        Folder = Directory.CreateTempSubdirectory("sprout-run-").FullName;
        Model = MakeModel("model", 1);
        TrainFile = Write("train.tsv", Table(Examples, 0));
        EvalFile = Write("dev.tsv", Table(20, 7));
    }

    public static IReadOnlyList<string> Words { get; } = [.. Enumerable.Range(0, 55).Select(i => string.Create(CultureInfo.InvariantCulture, $"{(char)('a' + (i / 11))}{(char)('a' + (i % 11))}"))];

    public static IReadOnlyList<string> Vocabulary { get; } = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Words];

    public string Folder { get; }

    public string Model { get; }

    public string TrainFile { get; }

    public string EvalFile { get; }

    public static CommandResult Run(params string[] args)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using var log = new StringWriter(CultureInfo.InvariantCulture);
        int code = Sprout.Cli.Program.Run(args, output, log);
        return new CommandResult(code, output.ToString(), log.ToString());
    }

    public string PathOf(string name) => Path.Combine(Folder, name);

    public string Write(string name, string text)
    {
        File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }

    /// <summary>A model folder with lively random weights and a classifier.</summary>
    public string MakeModel(string name, ulong seed, IReadOnlyList<string>? vocabulary = null)
    {
        string folder = Directory.CreateDirectory(PathOf(name)).FullName;
        File.WriteAllLines(Path.Combine(folder, "vocab.txt"), vocabulary ?? Vocabulary);
        BertConfig config = Config((vocabulary ?? Vocabulary).Count);
        using IBackend backend = Device.Open("cpu", 1);
        using var model = new BertForSequenceClassification(backend, config, 2);
        foreach (Sprout.Autograd.Parameter parameter in model.Parameters()) Initialization.Apply(parameter, config.InitializerRange, seed);
        config.Save(folder);
        ModelFolder.Save(model, folder);
        return folder;
    }

    /// <summary>The training command's arguments: a base of six steps, with options added or, by the same name, replaced; a null value leaves one out.</summary>
    public string[] Arguments(string output, string changes = "")
    {
        var options = new Dictionary<string, string?>
        {
            ["--model"] = Model,
            ["--task"] = "sst2",
            ["--train-file"] = TrainFile,
            ["--eval-file"] = EvalFile,
            ["--output"] = PathOf(output),
            ["--max-length"] = "16",
            ["--batch-size"] = "4",
            ["--max-steps"] = "6",
            ["--learning-rate"] = "1e-3",
            ["--logging-steps"] = "1",
            ["--dropout"] = "0.1",
            ["--threads"] = "1",
        };
        foreach (string change in changes.Replace("$F", Folder, StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = change.Split('=', 2);
            if (parts.Length > 1 && parts[1] == "-") options.Remove(parts[0]);
            else options[parts[0]] = parts.Length > 1 ? parts[1] : null;
        }

        return ["train", .. options.SelectMany(pair => pair.Value is null ? (string[])[pair.Key] : [pair.Key, pair.Value])];
    }

    /// <summary>Trains and insists on success.</summary>
    public string Train(string output, string changes = "")
    {
        CommandResult result = Run(Arguments(output, changes));
        result.Code.Should().Be(0, result.Log);
        return PathOf(output);
    }

    public static JsonObject ReadJson(params string[] path) => JsonNode.Parse(File.ReadAllText(Path.Combine(path)))!.AsObject();

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static BertConfig Config(int words) => new()
    {
        VocabSize = words,
        HiddenSize = 16,
        NumHiddenLayers = 2,
        NumAttentionHeads = 2,
        IntermediateSize = 32,
        MaxPositionEmbeddings = 24,
        InitializerRange = 0.3,
    };

    private static string Table(int rows, int start)
    {
        var random = new RandomStream(5, (ulong)start);
        var lines = new List<string> { "sentence\tlabel" };
        for (int i = 0; i < rows; i++)
        {
            int[] words = [.. Enumerable.Range(0, 2 + ((i + start) % 9)).Select(_ => (int)(random.NextDouble() * Words.Count))];
            lines.Add($"{string.Join(' ', words.Select(word => Words[word]))}\t{words.Sum() % 2}");
        }

        return string.Join('\n', lines) + "\n";
    }
}
