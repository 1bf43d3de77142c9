// What every reader of files allocates, as a multiple of the file.
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Sprout.Bert.Data;
using Sprout.Bert.Sources;
using Sprout.Bert.Tokenization;
using Sprout.Tensors.IO;
using Sprout.Tests.Data;
using Sprout.Tests.Tokenization;
using Xunit.Abstractions;

namespace Sprout.Tests.IO;

public sealed class ReaderMemoryTests(ITestOutputHelper output) : IDisposable
{
    // Large enough that buffers of a fixed size do not count.
    private const int Megabytes = 4;

    private readonly TemporaryFiles files = new();

    public void Dispose() => files.Dispose();

    [Theory]
    [InlineData("safetensors", 0.1)]
    [InlineData("safetensors header", 11)]
    [InlineData("tokenizer.json", 22)]
    [InlineData("vocab.txt", 28)]
    [InlineData("SQuAD", 7)]
    [InlineData("csv", 7.5)]
    [InlineData("tsv", 8)]
    [InlineData("jsonl", 11.5)]
    [InlineData("json", 9)]
    [InlineData("config.json", 18)]
    public void Memory_is_a_small_multiple_of_the_file(string kind, double most)
    {
        (string path, Func<object> read) = Input(kind);
        double length = new FileInfo(path).Length;
        length.Should().BeGreaterThan(Megabytes << 20);
        (read() as IDisposable)?.Dispose();
        // All that is allocated meanwhile, not only what is held at a time: that much no other test can disturb.
        long before = GC.GetAllocatedBytesForCurrentThread();
        object result = read();
        double allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / length;
        (result as IDisposable)?.Dispose();
        output.WriteLine(FormattableString.Invariant($"{kind}: {allocated:0.00} times {length / 1e6:0.0} MB"));
        allocated.Should().BeLessThan(most);
    }

    private (string Path, Func<object> Read) Input(string kind)
    {
        switch (kind)
        {
            case "safetensors":
                string one = Path.Combine(files.Folder, "one.safetensors");
                SafetensorsWriter.Write(one, [SafetensorsTensor.Of<float>("weight", [3 << 20], new float[3 << 20])]);
                return (one, () => SafetensorsFile.Open(one));
            case "safetensors header":
                string many = Path.Combine(files.Folder, "many.safetensors");
                SafetensorsWriter.Write(many, Enumerable.Range(0, 60_000).Select(i =>
                    SafetensorsTensor.Of<float>($"bert.encoder.layer.{i}.attention.self.query.weight", [1, 1], new float[1])));
                return (many, () => SafetensorsFile.Open(many));
            case "tokenizer.json":
                JsonObject root = TokenizerJson.Of(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Words()]);
                return Of("tokenizer.json", root.ToJsonString(), path => BertTokenizer.FromTokenizerJson(path));
            case "vocab.txt":
                return Of("vocab.txt", "[UNK]\n[CLS]\n[SEP]\n" + string.Concat(Words().Select(word => word + "\n")), path => BertTokenizer.FromVocab(path));
            case "SQuAD":
                return Of("train.json", Squad(), path => SquadDataset.Load(path));
            case "config.json":
                return Of("config.json", Config(), path => ConfigFile.Read(path));
            case "csv":
                return Of("a.csv", "text,label\n" + Rows((text, label) => $"\"{text}, so\",{label}\n"), Texts);
            case "tsv":
                return Of("a.tsv", "text\tlabel\n" + Rows((text, label) => $"{text}\t{label}\n"), Texts);
            case "jsonl":
                return Of("a.jsonl", Rows((text, label) => $"{{\"text\":\"{text}\",\"label\":{label}}}\n"), Texts);
            default:
                string rows = Rows((text, label) => $"{{\"text\":\"{text}\",\"label\":{label}}},\n");
                return Of("a.json", $"[{rows[..^2]}]", Texts);
        }
    }

    private (string, Func<object>) Of(string name, string text, Func<string, object> read)
    {
        string path = files.Write(name, text);
        return (path, () => read(path));
    }

    private static List<TextExample> Texts(string path) => CustomTextTask.ReadTexts(path, new CustomTextOptions("text")).ToList();

    private static IEnumerable<string> Words() => Enumerable.Range(0, 500_000).Select(i => (i % 2 == 0 ? "word" : "##word") + i);

    private static string Rows(Func<string, int, string> row)
    {
        var text = new StringBuilder();
        for (int i = 0; text.Length <= Megabytes << 20; i++)
            text.Append(row($"the film number {i} was long, and nobody of us liked it much more than that", i % 2));
        return text.ToString();
    }

    private static string Squad()
    {
        var articles = new JsonArray();
        for (int i = 0; i < 5000; i++)
        {
            string context = string.Join(' ', Enumerable.Range(0, 120).Select(n => $"word{(i * n) % 97}"));
            articles.Add(new JsonObject
            {
                ["title"] = $"{i}",
                ["paragraphs"] = new JsonArray(new JsonObject
                {
                    ["context"] = context,
                    ["qas"] = new JsonArray([.. Enumerable.Range(0, 4).Select(n => (JsonNode)new JsonObject
                    {
                        ["id"] = string.Create(CultureInfo.InvariantCulture, $"5733be284776f4190066{i:0000}{n}"),
                        ["question"] = $"Which word of the text comes first in the sentence number {n}?",
                        ["answers"] = new JsonArray(new JsonObject { ["answer_start"] = 0, ["text"] = "word0" }),
                    })]),
                }),
            });
        }

        return new JsonObject { ["version"] = "1.1", ["data"] = articles }.ToJsonString();
    }

    private static string Config()
    {
        string[] labels = [.. Enumerable.Range(0, 120_000).Select(i => $"the class number {i}")];
        return new JsonObject
        {
            ["model_type"] = "bert",
            ["id2label"] = new JsonObject(labels.Select((label, id) => KeyValuePair.Create($"{id}", (JsonNode?)label))),
            ["label2id"] = new JsonObject(labels.Select((label, id) => KeyValuePair.Create(label, (JsonNode?)id))),
        }.ToJsonString();
    }
}
