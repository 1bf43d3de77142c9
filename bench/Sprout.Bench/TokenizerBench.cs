// The tokenizer on made-up English-like text; TokenizerTiming times it on a file.
using System.Text;
using BenchmarkDotNet.Attributes;
using Sprout.Bert.Tokenization;

namespace Sprout.Bench;

/// <summary>Sentences of made-up words, half of which are in the vocabulary and half fall into pieces. One thread.</summary>
public class TokenizerBench : ICounted
{
    private const string Syllables =
        "ba be bi bo ca ce co da de di do fa fi ga ha he hi ka la le li lo ma me mi mo na ne ni no pa pe ra re ri ro sa se si so ta te ti to";

    private readonly List<int> ids = [];
    private BertTokenizer tokenizer = null!;
    private string text = "";

    [Params(10, 100)]
    public int Words { get; set; }

    public int Threads => 1;

    public Work WorkOf(string benchmark) => new(Text().Length, Limit.Text);

    [GlobalSetup]
    public void Setup()
    {
        string[] syllables = Syllables.Split(' ');
        IEnumerable<string> pairs = syllables.SelectMany(first => syllables.Select(second => first + second));
        string file = Path.GetTempFileName();
        File.WriteAllLines(file, ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ",", ".", .. syllables, .. syllables.Select(one => "##" + one), .. pairs]);
        tokenizer = BertTokenizer.FromVocab(file);
        File.Delete(file);
        text = Text();
    }

    [Benchmark]
    public int Tokenize()
    {
        ids.Clear();
        tokenizer.Tokenize(text, ids);
        return ids.Count;
    }

    private string Text()
    {
        var random = new Random(1);
        string[] syllables = Syllables.Split(' ');
        var result = new StringBuilder();
        for (int i = 0; i < Words; i++)
        {
            int count = 2 + (2 * random.Next(2));
            for (int j = 0; j < count; j++) result.Append(syllables[random.Next(syllables.Length)]);
            result.Append(i % 10 == 9 ? ". " : i % 10 == 4 ? ", " : " ");
        }

        return result.ToString();
    }
}
