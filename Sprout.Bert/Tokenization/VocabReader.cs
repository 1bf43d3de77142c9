// Reads vocab.txt and the parts of tokenizer_config.json that go with it.
using Sprout.Bert.Files;
using Sprout.Tensors;

namespace Sprout.Bert.Tokenization;

/// <summary>The older form of a tokenizer: one token a line, its line number its id.</summary>
internal static class VocabReader
{
    /// <summary>Reads <c>vocab.txt</c> of a folder with the settings of <c>tokenizer_config.json</c>, where there is one.</summary>
    /// <exception cref="InputException">A file cannot be read or a setting is of the wrong kind.</exception>
    internal static TokenizerDefinition ReadFolder(string folder)
    {
        string vocab = Path.Combine(folder, TokenizerFiles.Vocab);
        string configFile = Path.Combine(folder, TokenizerFiles.Config);
        if (!Path.Exists(configFile))
            return Read(vocab, new NormalizerOptions(CleanText: true, ChineseChars: true, StripAccents: null, Lowercase: true), new SpecialTokenNames());

        JsonFields config = JsonFields.ReadFile(configFile);
        var normalizer = new NormalizerOptions(
            CleanText: true,
            Flag(config, "tokenize_chinese_chars") ?? true,
            Flag(config, "strip_accents"),
            Flag(config, "do_lower_case") ?? true);
        var usual = new SpecialTokenNames();
        var names = new SpecialTokenNames(
            Name(config, "unk_token", usual.Unknown), Name(config, "cls_token", usual.Cls), Name(config, "sep_token", usual.Sep),
            Name(config, "pad_token", usual.Pad), Name(config, "mask_token", usual.Mask));
        return Read(vocab, normalizer, names, ReadAdded(config));
    }

    /// <summary>Reads a vocabulary file; the special tokens in it become added tokens, as transformers makes them.</summary>
    /// <exception cref="InputException">The file cannot be read or is not UTF-8.</exception>
    internal static TokenizerDefinition Read(string file, NormalizerOptions normalizer, SpecialTokenNames names, IReadOnlyList<AddedToken>? added = null)
    {
        string[] tokens = ReadLines(file);
        var all = new List<AddedToken>(added ?? []);
        foreach ((_, string name) in names.Entries)
        {
            int id = Array.IndexOf(tokens, name);
            if (id >= 0 && all.TrueForAll(t => t.Content != name))
                all.Add(new AddedToken(id, name, SingleWord: false, StripLeft: false, StripRight: false, Normalized: false, Special: true));
        }

        all.Sort((a, b) => a.Id.CompareTo(b.Id));
        return new TokenizerDefinition { Vocabulary = tokens, Added = all, Normalizer = normalizer, Names = names };
    }

    private static string[] ReadLines(string file) => [.. Utf8Lines.Read(file).Select(line => line.Text.TrimEnd())];

    private static List<AddedToken> ReadAdded(JsonFields config)
    {
        var added = new List<AddedToken>();
        JsonFields decoder = config.Optional("added_tokens_decoder");
        if (decoder.IsNull) return added;
        foreach ((string name, JsonFields value) in config.Object("added_tokens_decoder").Members())
        {
            if (!int.TryParse(name, System.Globalization.NumberStyles.None, null, out int id)) throw value.Wrong("an id as its name", $"\"{name}\"");
            added.Add(TokenizerJsonReader.ReadAddedToken(value, id));
        }

        added.Sort((a, b) => a.Id.CompareTo(b.Id));
        return added;
    }

    private static bool? Flag(JsonFields config, string name) => config.Optional(name) is { IsNull: false } field ? field.AsFlag() : null;

    // Text, or the object of an added token.
    private static string Name(JsonFields config, string key, string usual)
    {
        JsonFields field = config.Optional(key);
        return field.IsNull ? usual : field.IsString ? field.AsText() : config.Object(key).Text("content");
    }
}
