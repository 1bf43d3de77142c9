// FastBertTokenizer on the texts of a file.
using System.Reflection;
using FastBertTokenizer;

namespace Sprout.Peers;

/// <summary>Encodes every line, one after another on one thread, into memory that stays.</summary>
internal static class TokenizerTiming
{
    // More tokens than any line has.
    private const int MostTokens = 1 << 16;

    /// <summary>Times it.</summary>
    public static void Run(Arguments arguments)
    {
        var tokenizer = new BertTokenizer();
        using (var vocabulary = new StreamReader(arguments.Text("--vocab"))) tokenizer.LoadVocabulary(vocabulary, convertInputToLowercase: true);
        string[] texts = File.ReadAllLines(arguments.Text("--texts"));
        long[] ids = new long[MostTokens], mask = new long[MostTokens];
        long tokens = 0;
        uint hash = 0;
        Timing timing = Timing.Of(arguments, _ =>
        {
            // FNV-1a over the ids, which Sprout's side computes too.
            (tokens, hash) = (0, 2166136261);
            foreach (string text in texts)
            {
                int count = tokenizer.Encode(text, ids, mask);
                tokens += count;
                foreach (long id in ids.AsSpan(0, count)) hash = unchecked((hash ^ (uint)id) * 16777619);
            }
        });
        string? version = typeof(BertTokenizer).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        timing.Print(
            "tokenize", 1, ("texts", texts.Length), ("tokens", tokens), ("hash_of_ids", hash), ("threads", 1),
            ("FastBertTokenizer", version?.Split('+')[0]));
    }
}
