// Makes tokenizer.json files for tests.
using System.Text.Json.Nodes;

namespace Sprout.Tests.Tokenization;

internal static class TokenizerJson
{
    /// <summary>A whole and right file over a vocabulary whose special tokens come first; tests break it from here.</summary>
    internal static JsonObject Of(
        IEnumerable<string> vocabulary, bool clean = true, bool chinese = true, bool? strip = null, bool lower = true, params JsonObject[] added)
    {
        var vocab = new JsonObject();
        foreach (string token in vocabulary) vocab.Add(token, vocab.Count);
        string[] special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
        var all = new JsonArray([.. special.Select(t => Added((int)vocab[t]!, t, special: true)), .. added]);
        return new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = new JsonObject { ["max_length"] = 2 },
            ["padding"] = new JsonObject { ["strategy"] = new JsonObject { ["Fixed"] = 128 } },
            ["added_tokens"] = all,
            ["normalizer"] = new JsonObject
            {
                ["type"] = "BertNormalizer", ["clean_text"] = clean, ["handle_chinese_chars"] = chinese, ["strip_accents"] = strip, ["lowercase"] = lower,
            },
            ["pre_tokenizer"] = new JsonObject { ["type"] = "BertPreTokenizer" },
            ["post_processor"] = new JsonObject { ["type"] = "BertProcessing", ["sep"] = new JsonArray("[SEP]", 3), ["cls"] = new JsonArray("[CLS]", 2) },
            ["model"] = new JsonObject
            {
                ["type"] = "WordPiece", ["unk_token"] = "[UNK]", ["continuing_subword_prefix"] = "##", ["max_input_chars_per_word"] = 100, ["vocab"] = vocab,
            },
        };
    }

    internal static JsonObject Added(
        int id, string content, bool special = false, bool normalized = false, bool singleWord = false, bool left = false, bool right = false) =>
        new()
        {
            ["id"] = id, ["content"] = content,
            ["single_word"] = singleWord, ["lstrip"] = left, ["rstrip"] = right, ["normalized"] = normalized, ["special"] = special,
        };
}
