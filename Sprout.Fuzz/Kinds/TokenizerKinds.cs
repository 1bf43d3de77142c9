// A tokenizer's files.
using Sprout.Bert.Tokenization;

namespace Sprout.Fuzz.Kinds;

/// <summary>tokenizer.json, vocab.txt and what lies beside them.</summary>
internal static class TokenizerKinds
{
    private const string Vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n##a\n##b\nab\n!\n\u4e2d\n";
    private const int MostTokens = 24;

    private static readonly string[] Texts = ["", "ab a!", "AB\u00c4 [MASK] \u4e2d\u0130 x", "bbbbaaab [CLS]", "\ud83d\ude00 e\u0301 a\ud800b\0c"];

    private static readonly string[] Names =
        ["do_lower_case", "strip_accents", "tokenize_chinese_chars", "model_max_length", "added_tokens_decoder", "additional_special_tokens", "unk_token"];

    /// <summary>The kinds.</summary>
    public static IReadOnlyList<InputKind> All { get; } =
    [
        new("tokenizer.json", "tokenizer.json", [Saved("tokenizer.json"), Processed()], Read)
        {
            Words = ["WordPiece", "BertNormalizer", "BertPreTokenizer", "TemplateProcessing", "BertProcessing", "##", "merges", "vocab", "added_tokens", "id"],
        },
        new("vocab.txt", "vocab.txt", [InputKinds.Utf8(Vocabulary), InputKinds.Utf8(Vocabulary.Replace("\n", "\r\n", StringComparison.Ordinal))], Read)
        {
            Words = ["[CLS]\n", "[UNK]\n", "a\n", "\n\n", "##\n"],
        },
        new("tokenizer_config.json", "tokenizer_config.json", [Saved("tokenizer_config.json"), Decoder()], Read)
        {
            Beside = [("vocab.txt", InputKinds.Utf8(Vocabulary))], Words = Names,
        },
        new("tokenizer_config-beside", "tokenizer_config.json", [Saved("tokenizer_config.json"), Decoder()], Read)
        {
            Beside = [("tokenizer.json", Saved("tokenizer.json"))], Words = Names,
        },
        new("added_tokens.json", "added_tokens.json", [InputKinds.Utf8("""{"<e1>": 12, "[/e1]": 13, "\u00e9 x": 14}""")], Read)
        {
            Beside = [("vocab.txt", InputKinds.Utf8(Vocabulary))], Words = ["<e1>", "[PAD]", "ab"],
        },
        new("special_tokens_map.json", "special_tokens_map.json", [InputKinds.Utf8(
            """{"unk_token":"[UNK]","cls_token":{"content":"[CLS]","lstrip":false},"additional_special_tokens":["<e>",{"content":"ab"}]}""")], Read)
        {
            Beside = [("vocab.txt", InputKinds.Utf8(Vocabulary)), ("added_tokens.json", InputKinds.Utf8("""{"<e>": 12}"""))], Words = Names,
        },
    ];

    /// <summary>A tokenizer of a few tokens.</summary>
    public static BertTokenizer Tokenizer { get; } = Made();

    private static BertTokenizer Made()
    {
        BertTokenizer? made = null;
        InputKinds.Written("vocab.txt", folder =>
        {
            string path = Path.Combine(folder, "vocab.txt");
            File.WriteAllText(path, Vocabulary);
            made = BertTokenizer.FromVocab(path);
        });
        return made!;
    }

    private static byte[] Saved(string name) => InputKinds.Written(name, folder => Made().Save(folder, MostTokens));

    private static byte[] Decoder() => InputKinds.Utf8(
        """
        {"do_lower_case":false,"model_max_length":1000000000000000019884624838656,"unk_token":"[UNK]","added_tokens_decoder":{"2":{"content":"[CLS]",
        "single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true},"12":{"content":"<e>","single_word":true,"lstrip":true,
        "rstrip":true,"normalized":true,"special":false}}}
        """);

    private static byte[] Processed() => InputKinds.Utf8(
        """
        {"added_tokens":[{"id":12,"content":"<e>","single_word":false,"lstrip":true,"rstrip":false,"normalized":true,"special":false}],
        "normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true},
        "pre_tokenizer":{"type":"BertPreTokenizer"},"post_processor":{"type":"BertProcessing","sep":["[SEP]",3],"cls":["[CLS]",2]},
        "model":{"unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,
        "vocab":{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"a":5,"b":6,"##a":7,"##b":8,"ab":9,"!":11}}}
        """);

    // Ids are tokens, and the tokenizer that is saved cuts as this one does.
    private static void Read(string path, byte[] bytes)
    {
        string folder = Path.GetDirectoryName(path)!, saved = Path.Combine(folder, "saved");
        BertTokenizer tokenizer = BertTokenizer.Load(folder);
        Directory.CreateDirectory(saved);
        tokenizer.Save(saved, MostTokens);
        BertTokenizer again = BertTokenizer.Load(saved);
        WrongResultException.Require(again.VocabSize == tokenizer.VocabSize, $"{tokenizer.VocabSize} tokens, saved {again.VocabSize}");
        foreach (string text in Texts)
        {
            TokenSequence sequence = ((ITokenizer)tokenizer).Encode(text, "b", MostTokens), second = ((ITokenizer)again).Encode(text, "b", MostTokens);
            WrongResultException.Require(sequence.Ids.All(id => id >= 0 && id < tokenizer.VocabSize), "an id beyond the vocabulary");
            WrongResultException.Require(sequence.Ids.Length is >= 3 and <= MostTokens, $"{sequence.Ids.Length} tokens");
            WrongResultException.Require(sequence.Ids.AsSpan().SequenceEqual(second.Ids), $"the saved tokenizer cuts \"{text}\" otherwise");
        }
    }
}
