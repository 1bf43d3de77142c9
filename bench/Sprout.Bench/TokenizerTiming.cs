// Times the tokenizer on the texts of a file, inside the process: for bench/compare.
using System.Diagnostics;
using System.Text.Json;
using Sprout.Bert.Tokenization;

namespace Sprout.Bench;

/// <summary>The mode "tokenizer".</summary>
public static class TokenizerTiming
{
    /// <summary>Encodes every line, one after another on one thread, and prints one JSON object.</summary>
    /// <param name="options">--vocab FILE --texts FILE --warmup N --repeat N.</param>
    public static int Run(ReadOnlySpan<string> options)
    {
        var values = new Dictionary<string, string> { ["--warmup"] = "3", ["--repeat"] = "5" };
        for (int i = 0; i + 1 < options.Length; i += 2) values[options[i]] = options[i + 1];
        BertTokenizer tokenizer = BertTokenizer.FromVocab(values["--vocab"]);
        string[] texts = File.ReadAllLines(values["--texts"]);
        int warmup = int.Parse(values["--warmup"]), repeat = int.Parse(values["--repeat"]);
        var seconds = new List<double>();
        long tokens = 0;
        uint hash = 0;
        for (int i = 0; i < warmup + repeat; i++)
        {
            // FNV-1a over the ids, which the peer computes too.
            (tokens, hash) = (0, 2166136261);
            long start = Stopwatch.GetTimestamp();
            foreach (string text in texts)
            {
                TokenSequence encoding = tokenizer.Encode(text, null, int.MaxValue);
                tokens += encoding.Ids.Length;
                foreach (int id in encoding.Ids) hash = unchecked((hash ^ (uint)id) * 16777619);
            }

            if (i >= warmup) seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        seconds.Sort();
        double median = (seconds[(repeat - 1) / 2] + seconds[repeat / 2]) / 2;
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            mode = "tokenize", median_s = median, min_s = seconds[0], texts = texts.Length, tokens,
            hash_of_ids = hash, tokens_per_s = tokens / median, threads = 1,
        }));
        return 0;
    }
}
