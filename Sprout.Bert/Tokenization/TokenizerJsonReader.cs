// Reads Hugging Face's tokenizer.json and refuses whatever is not BERT's WordPiece.
using Sprout.Bert.Files;

namespace Sprout.Bert.Tokenization;

/// <summary>The parts of tokenizer.json that decide ids; padding, truncation and the decoder do not.</summary>
internal static class TokenizerJsonReader
{
    // Gaps are allowed, but not memory for an id out of the air.
    private const int MostIdsPerToken = 8, SmallVocabulary = 1 << 16;

    // A word costs its length times that of the longest token, so a long word must not be looked up at all. Usual is 100.
    private const int LongestWord = 10_000;

    /// <summary>Reads the file; <see cref="TokenizerDefinition.Checked"/> is left to the caller.</summary>
    /// <exception cref="Sprout.Tensors.InputException">The file cannot be read, or a field is missing, of another kind or of another tokenizer.</exception>
    /// <param name="file">The file.</param>
    /// <param name="settings">What lies beside it; null: nothing.</param>
    internal static TokenizerDefinition Read(string file, TokenizerSettings? settings = null) => Read(JsonFields.ReadFile(file), file, settings);

    /// <summary>Reads the content of the file.</summary>
    /// <exception cref="Sprout.Tensors.InputException">As <see cref="Read(string, TokenizerSettings?)"/>, but that it has been read.</exception>
    internal static TokenizerDefinition Read(JsonFields root, string file, TokenizerSettings? settings)
    {
        JsonFields model = root.Object("model");
        RequireWordPiece(model);
        if (model.Text("continuing_subword_prefix") != WordPiece.ContinuationPrefix)
            throw model.Optional("continuing_subword_prefix").Wrong($"\"{WordPiece.ContinuationPrefix}\"");
        RequireType(root.Object("pre_tokenizer"), "BertPreTokenizer");
        (string cls, string sep) = ReadPostProcessor(root.Object("post_processor"));

        var names = new SpecialTokenNames(model.Text("unk_token"), cls, sep);
        var remarks = new List<string>();
        NormalizerOptions normalizer = Settled(ReadNormalizer(root.Object("normalizer")), settings, file, remarks);
        string[] vocabulary = ReadVocabulary(model.Object("vocab"));
        AddedToken[] added = [.. root.Items("added_tokens").Select(token => ReadAddedToken(token, token.Count("id")))];
        return new TokenizerDefinition
        {
            Vocabulary = vocabulary,
            Added = [.. added, .. Beside(vocabulary, added, settings, names)],
            Normalizer = normalizer,
            MaxWordLength = WordLength(model),
            Names = settings?.Names(names) is { } all ? names with { Pad = all.Pad, Mask = all.Mask } : names,
            MaxLength = settings?.MaxLength,
            Remarks = remarks,
        };
    }

    /// <summary>Reads the flags of one added token, which tokenizer_config.json spells alike.</summary>
    internal static AddedToken ReadAddedToken(JsonFields token, int id)
    {
        string content = token.Text("content");
        if (content.Length == 0) throw token.Optional("content").Wrong("a token");
        return new AddedToken(
            id, content, token.Flag("single_word"), token.Flag("lstrip"), token.Flag("rstrip"), token.Flag("normalized"), token.Flag("special"));
    }

    private static int WordLength(JsonFields model)
    {
        int length = model.Count("max_input_chars_per_word");
        return length <= LongestWord ? length : throw model.Optional("max_input_chars_per_word").Wrong($"an integer from 0 to {LongestWord}");
    }

    // Old files, bert-base-uncased's among them, do not name the model's type; what only other models have gives those away.
    private static void RequireWordPiece(JsonFields model)
    {
        if (!model.Optional("type").IsNull) RequireType(model, "WordPiece");
        else if (!model.Optional("merges").IsNull) throw model.Optional("type").Wrong("\"WordPiece\"", "nothing, and the merges of BPE");
    }

    // Transformers adds what the files beside this one have more; a token of the vocabulary keeps its id.
    private static IEnumerable<AddedToken> Beside(string[] vocabulary, AddedToken[] added, TokenizerSettings? settings, SpecialTokenNames names)
    {
        if (settings?.Added(names) is not { Count: > 0 } more) return [];
        HashSet<string> known = [.. vocabulary, .. added.Select(token => token.Content)];
        return more.Where(token => !known.Contains(token.Content));
    }

    // As BertTokenizerFast of transformers, which makes the normalizer anew where tokenizer_config.json says otherwise.
    private static NormalizerOptions Settled(NormalizerOptions found, TokenizerSettings? settings, string file, List<string> remarks)
    {
        if (settings is null) return found;
        bool Decide(string name, bool? said, bool? stored)
        {
            if (said is not bool value || said == stored) return stored ?? false;
            string old = stored is bool flag ? flag ? "true" : "false" : "null";
            remarks.Add($"{file}: {TokenizerFiles.Config} beside it says {name} {(value ? "true" : "false")}, the file itself {old}: the former decides.");
            return value;
        }

        return found with
        {
            Lowercase = Decide("do_lower_case", settings.LowerCase, found.Lowercase),
            ChineseChars = Decide("tokenize_chinese_chars", settings.ChineseChars, found.ChineseChars),
            StripAccents = settings.StripAccents is null ? found.StripAccents : Decide("strip_accents", settings.StripAccents, found.StripAccents),
        };
    }

    private static void RequireType(JsonFields part, string type)
    {
        if (part.Text("type") != type) throw part.Optional("type").Wrong($"\"{type}\"");
    }

    private static NormalizerOptions ReadNormalizer(JsonFields normalizer)
    {
        RequireType(normalizer, "BertNormalizer");
        JsonFields strip = normalizer.Optional("strip_accents");
        return new NormalizerOptions(
            normalizer.Flag("clean_text"), normalizer.Flag("handle_chinese_chars"), strip.IsNull ? null : strip.AsFlag(), normalizer.Flag("lowercase"));
    }

    // Ids may leave gaps, as the Rust library allows; of a token that is there twice the last id counts.
    private static string[] ReadVocabulary(JsonFields vocab)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach ((string token, JsonFields value) in vocab.Members()) ids[token] = value.AsCount();
        int limit = Math.Max(SmallVocabulary, MostIdsPerToken * ids.Count);
        var tokens = new List<string>(ids.Count);
        foreach ((string token, int id) in ids.OrderBy(pair => pair.Value))
        {
            if (id >= limit) throw vocab.Optional(token).Wrong($"an id below {limit} in a vocabulary of {ids.Count} tokens");
            if (id < tokens.Count) throw vocab.Optional(token).Wrong("an id of its own", $"{id}, the id of '{tokens[id]}'");
            while (tokens.Count < id) tokens.Add(TokenizerDefinition.NoToken);
            tokens.Add(token);
        }

        return [.. tokens];
    }

    // Both spellings of [CLS] a [SEP] and [CLS] a [SEP] b [SEP].
    private static (string Cls, string Sep) ReadPostProcessor(JsonFields processor)
    {
        string type = processor.Text("type");
        if (type == "BertProcessing") return (ReadTokenAndId(processor, "cls"), ReadTokenAndId(processor, "sep"));
        if (type != "TemplateProcessing") throw processor.Optional("type").Wrong("\"TemplateProcessing\" or \"BertProcessing\"");

        string single = Template(processor, "single", out string[] names);
        if (names is not [var cls, var sep] || single != $"{cls}:0 A:0 {sep}:0")
            throw processor.Optional("single").Wrong("[CLS]:0 A:0 [SEP]:0", single);
        string pair = Template(processor, "pair", out _);
        if (pair != $"{single} B:1 {sep}:1") throw processor.Optional("pair").Wrong($"{single} B:1 {sep}:1", pair);
        return (cls, sep);
    }

    private static string ReadTokenAndId(JsonFields processor, string field) =>
        processor.Items(field).ToArray() is [var token, _] ? token.AsText() : throw processor.Optional(field).Wrong("a token and its id");

    // A template as "name:type id" for each part, with the special tokens' names apart.
    private static string Template(JsonFields processor, string field, out string[] specials)
    {
        var parts = new List<string>();
        var found = new List<string>();
        foreach (JsonFields item in processor.Items(field))
        {
            JsonFields special = item.Optional("SpecialToken");
            JsonFields part = special.IsNull ? item.Object("Sequence") : item.Object("SpecialToken");
            string name = part.Text("id");
            if (!special.IsNull) found.Add(name);
            parts.Add($"{name}:{part.Count("type_id")}");
        }

        specials = [.. found];
        return string.Join(' ', parts);
    }
}
