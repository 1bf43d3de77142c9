// Ids and offsets against those of Hugging Face's Rust library, recorded by Golden/golden.mjs.
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sprout.Bert.Tokenization;

namespace Sprout.Tests.Tokenization;

public sealed class GoldenTests : IClassFixture<TemporaryFolder>
{
    private static readonly Lazy<string[]> Sweep = new(MakeSweepVocabulary);
    private static readonly Lazy<Dictionary<string, string>> Hashes = new(
        () => JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(Golden("hashes.json")))!);

    private readonly TemporaryFolder _folder;

    public GoldenTests(TemporaryFolder folder) => _folder = folder;

    private static string Golden(string name) => Path.Combine(AppContext.BaseDirectory, "Tokenization", "Golden", name);

    // Five special tokens, then every code point of two planes as a word and as a continuation; the same formula is in golden.mjs.
    private static string[] MakeSweepVocabulary()
    {
        IEnumerable<string> points = Enumerable.Range(0x21, 0x20000 - 0x21).Where(Rune.IsValid).Select(char.ConvertFromUtf32);
        return ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. points.SelectMany(p => new[] { p, "##" + p })];
    }

    private BertTokenizer SweepTokenizer(string config, bool withAdded = false)
    {
        int next = Sweep.Value.Length;
        var (clean, chinese, strip, lower) = config switch
        {
            "uncased" => (true, true, (bool?)null, true),
            "cased" => (true, true, null, false),
            "raw" => (false, false, false, false),
            "lower" => (true, true, false, true),
            _ => (false, true, true, false),
        };
        var json = TokenizerJson.Of(Sweep.Value, clean, chinese, strip, lower, withAdded
            ? [
                TokenizerJson.Added(next, "Theing", normalized: true),
                TokenizerJson.Added(next + 1, "HELLO", normalized: true, singleWord: true),
                TokenizerJson.Added(next + 2, "the", normalized: true, left: true, right: true),
                TokenizerJson.Added(next + 3, "<x>", singleWord: true, left: true),
                TokenizerJson.Added(next + 4, "<xy", right: true),
            ]
            : []);
        return BertTokenizer.FromTokenizerJson(_folder.File($"{config}-{withAdded}.json", json.ToJsonString()));
    }

    [Fact]
    public void Adversarial_texts_give_the_recorded_ids_and_spans()
    {
        var tokenizers = new[] { "uncased", "cased" }.ToDictionary(c => c, c => SweepTokenizer(c, withAdded: true));
        foreach (string line in File.ReadLines(Golden("cases.jsonl")))
        {
            using var document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            var ids = new List<int>();
            var spans = new List<TokenSpan>();
            tokenizers[root.GetProperty("config").GetString()!].Tokenize(root.GetProperty("text").GetString()!, ids, spans);
            ids.Should().Equal(root.GetProperty("ids").EnumerateArray().Select(e => e.GetInt32()), line);
            if (root.GetProperty("spans").ValueKind == JsonValueKind.Null) continue;
            spans.SelectMany(s => new[] { s.Start, s.End }).Should().Equal(root.GetProperty("spans").EnumerateArray().Select(e => e.GetInt32()), line);
        }
    }

    [Theory]
    [InlineData("uncased")]
    [InlineData("cased")]
    [InlineData("raw")]
    [InlineData("lower")]
    [InlineData("strip")]
    public void Every_code_point_gives_the_recorded_ids_and_spans(string config)
    {
        BertTokenizer tokenizer = SweepTokenizer(config);
        for (int plane = 0; plane < 17; plane++)
        {
            var texts = Enumerable.Range(plane << 16, 0x10000).Where(Rune.IsValid).Select(char.ConvertFromUtf32).Select(s => $"a{s}b {s}");
            HashOf(tokenizer, texts, withSpans: true).Should().Be(Hashes.Value[$"{config}/{plane}"], "plane {0}", plane);
        }
    }

    [Fact]
    public void Pairs_are_cut_as_recorded()
    {
        BertTokenizer tokenizer = SweepTokenizer("uncased");
        foreach (int[] row in JsonSerializer.Deserialize<int[][]>(File.ReadAllText(Golden("pairs.json")))!)
        {
            TokenSequence encoding = tokenizer.Encode(string.Concat(Enumerable.Repeat(", ", row[0])), string.Concat(Enumerable.Repeat(". ", row[1])), row[2]);
            string tokens = string.Concat(encoding.Ids.Select(tokenizer.TokenOf));
            tokens.Should().Be($"[CLS]{new string(',', row[3])}[SEP]{new string('.', row[4])}[SEP]", "{0} and {1} tokens in {2}", row[0], row[1], row[2]);
            encoding.TypeIds.Sum().Should().Be(row[4] + 1);
        }
    }

    [SharedFact]
    public void Every_line_of_every_data_file_gives_the_recorded_ids()
    {
        foreach (string model in new[] { "all-MiniLM-L6-v2", "bert-base-uncased-tokenizer" })
        {
            BertTokenizer tokenizer = BertTokenizer.Load(SharedData.PathOf("models", model));
            foreach ((string key, string hash) in Hashes.Value.Where(h => h.Key.StartsWith(model, StringComparison.Ordinal)))
            {
                string text = File.ReadAllText(SharedData.PathOf("data", key[(model.Length + 1)..]));
                HashOf(tokenizer, text.Split('\n'), withSpans: false).Should().Be(hash, key);
            }
        }
    }

    [SharedFact]
    public void Reference_outputs_have_the_ids_of_transformers()
    {
        BertTokenizer tokenizer = BertTokenizer.Load(SharedData.PathOf("models", "all-MiniLM-L6-v2"));
        using var document = JsonDocument.Parse(File.ReadAllText(SharedData.PathOf("models", "all-MiniLM-L6-v2", "reference_outputs.json")));
        JsonElement cases = document.RootElement.GetProperty("cases");
        cases.GetArrayLength().Should().Be(7);
        foreach (JsonElement item in cases.EnumerateArray())
        {
            string text = item.GetProperty("text").GetString()
                ?? File.ReadAllText(SharedData.PathOf("data", "corpus", "wikitext2_valid.txt"))[..item.GetProperty("corpus_characters").GetInt32()];
            TokenSequence encoding = tokenizer.Encode(text, item.GetProperty("pair").GetString(), 512);
            encoding.Ids.Should().Equal(item.GetProperty("ids").EnumerateArray().Select(e => e.GetInt32()));
            encoding.TypeIds.Should().Equal(item.GetProperty("type_ids").EnumerateArray().Select(e => e.GetInt32()));
        }
    }

    [SharedFact]
    public void A_vocabulary_alone_gives_the_ids_of_the_whole_tokenizer()
    {
        string folder = SharedData.PathOf("models", "bert-base-uncased-tokenizer");
        BertTokenizer whole = BertTokenizer.Load(folder), bare = BertTokenizer.FromVocab(Path.Combine(folder, "vocab.txt"));
        string[] lines = File.ReadAllLines(SharedData.PathOf("data", "sst2", "dev.tsv"));
        HashOf(bare, lines, withSpans: true).Should().Be(HashOf(whole, lines, withSpans: true));
    }

    private static string HashOf(BertTokenizer tokenizer, IEnumerable<string> texts, bool withSpans)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var ids = new List<int>();
        var spans = new List<TokenSpan>();
        foreach (string text in texts)
        {
            ids.Clear();
            spans.Clear();
            tokenizer.Tokenize(text, ids, withSpans ? spans : null);
            string line = string.Join(',', ids);
            if (withSpans) line += " " + string.Join(',', spans.SelectMany(s => new[] { s.Start, s.End }));
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(line + "\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
