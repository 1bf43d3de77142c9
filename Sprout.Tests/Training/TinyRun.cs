// A folder with a tiny model and a little task.
using System.Globalization;
using System.Text.Json.Nodes;
using Sprout.Bert.Models;
using Sprout.Bert.Models.Architectures;
using Sprout.Bert.Sources;
using Sprout.Tensors;
using Sprout.Tensors.Devices;
using Sprout.Tensors.Random;

namespace Sprout.Tests.Training;

public sealed partial class TinyRun : IDisposable
{
    public const int Examples = 30;

    public TinyRun()
    {
        Folder = Directory.CreateTempSubdirectory("sprout-run-").FullName;
        Model = MakeModel("model", 1);
        TrainFile = Write("train.tsv", Table(Examples, 0));
        EvalFile = Write("dev.tsv", Table(20, 7));
    }

    public static IReadOnlyList<string> Words { get; } =
        [.. Enumerable.Range(0, 55).Select(i => string.Create(CultureInfo.InvariantCulture, $"{(char)('a' + (i / 11))}{(char)('a' + (i % 11))}"))];

    public static IReadOnlyList<string> Vocabulary { get; } = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Words];

    public string Folder { get; }

    public string Model { get; }

    public string TrainFile { get; }

    public string EvalFile { get; }

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
        HuggingFaceFolder.SaveWeights(folder, model);
        return folder;
    }

    public static JsonObject ReadJson(params string[] path) => JsonNode.Parse(File.ReadAllText(Path.Combine(path)))!.AsObject();

    public static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.EnumerateFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }

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
