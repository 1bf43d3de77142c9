// The names of a tokenizer's files, and writing them.
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sprout.Tensors.IO;

namespace Sprout.Bert.Tokenization;

/// <summary>Writes the four files by which Hugging Face's tools know a BERT tokenizer.</summary>
internal static class TokenizerFiles
{
    internal const string Vocab = "vocab.txt";
    internal const string TokenizerJson = "tokenizer.json";
    internal const string Config = "tokenizer_config.json";
    internal const string SpecialTokensMap = "special_tokens_map.json";
    internal const string AddedTokens = "added_tokens.json";

    /// <summary>The names of all files that a tokenizer may be read from.</summary>
    internal static IReadOnlyList<string> Names => [Vocab, TokenizerJson, Config, SpecialTokensMap, AddedTokens];

    // Tokens are to be readable, and nobody pastes these files into HTML.
    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes all four files into an existing folder, for a model of so many positions.</summary>
    /// <exception cref="Sprout.Tensors.InputException">The folder cannot be written.</exception>
    internal static void Write(string folder, TokenizerDefinition definition, int clsId, int sepId, int maxLength)
    {
        var vocab = new StringBuilder();
        foreach (string token in definition.Vocabulary) vocab.Append(token).Append('\n');
        AtomicFile.WriteText(Path.Combine(folder, Vocab), vocab.ToString());
        WriteJson(folder, SpecialTokensMap, json => WriteNames(json, definition));
        WriteJson(folder, Config, json => WriteConfig(json, definition, Math.Min(maxLength, definition.MaxLength ?? maxLength)));
        WriteJson(folder, TokenizerJson, json => WriteTokenizer(json, definition, clsId, sepId));
    }

    private static void WriteJson(string folder, string name, Action<Utf8JsonWriter> members) =>
        AtomicFile.Write(Path.Combine(folder, name), stream =>
        {
            using var json = new Utf8JsonWriter(stream, Readable);
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        });

    // Transformers adds a token that it is told of and does not find, with an id that no model has.
    private static void WriteNames(Utf8JsonWriter json, TokenizerDefinition definition)
    {
        foreach ((string key, string name) in definition.Names.Entries)
            if (definition.Has(name)) json.WriteString(key, name);
        string[] others = [.. definition.Added.Where(token => token.Special).Select(token => token.Content)
            .Except(definition.Names.Entries.Select(entry => entry.Name))];
        if (others.Length == 0) return;
        json.WriteStartArray("additional_special_tokens");
        foreach (string token in others) json.WriteStringValue(token);
        json.WriteEndArray();
    }

    private static void WriteConfig(Utf8JsonWriter json, TokenizerDefinition definition, int maxLength)
    {
        NormalizerOptions normalizer = definition.Normalizer;
        json.WriteString("tokenizer_class", "BertTokenizer");
        json.WriteBoolean("do_lower_case", normalizer.Lowercase);
        WriteFlag(json, "strip_accents", normalizer.StripAccents);
        json.WriteBoolean("tokenize_chinese_chars", normalizer.ChineseChars);
        json.WriteNumber("model_max_length", maxLength);
        WriteNames(json, definition);
        foreach ((string key, string name) in definition.Names.Entries)
            if (!definition.Has(name)) json.WriteNull(key);
        if (definition.Added.All(token => token.Id < definition.Vocabulary.Count)) return;
        json.WriteStartObject("added_tokens_decoder");
        foreach (AddedToken token in definition.Added)
        {
            json.WriteStartObject(token.Id.ToString(CultureInfo.InvariantCulture));
            WriteFlags(json, token);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteTokenizer(Utf8JsonWriter json, TokenizerDefinition definition, int clsId, int sepId)
    {
        NormalizerOptions normalizer = definition.Normalizer;
        SpecialTokenNames names = definition.Names;
        json.WriteString("version", "1.0");
        json.WriteNull("truncation");
        json.WriteNull("padding");
        WriteAdded(json, definition.Added);

        json.WriteStartObject("normalizer");
        json.WriteString("type", "BertNormalizer");
        json.WriteBoolean("clean_text", normalizer.CleanText);
        json.WriteBoolean("handle_chinese_chars", normalizer.ChineseChars);
        WriteFlag(json, "strip_accents", normalizer.StripAccents);
        json.WriteBoolean("lowercase", normalizer.Lowercase);
        json.WriteEndObject();

        json.WriteStartObject("pre_tokenizer");
        json.WriteString("type", "BertPreTokenizer");
        json.WriteEndObject();

        json.WriteStartObject("post_processor");
        json.WriteString("type", "TemplateProcessing");
        WriteTemplate(json, "single", [(names.Cls, true, 0), ("A", false, 0), (names.Sep, true, 0)]);
        WriteTemplate(json, "pair", [(names.Cls, true, 0), ("A", false, 0), (names.Sep, true, 0), ("B", false, 1), (names.Sep, true, 1)]);
        json.WriteStartObject("special_tokens");
        WriteSpecial(json, names.Cls, clsId);
        WriteSpecial(json, names.Sep, sepId);
        json.WriteEndObject();
        json.WriteEndObject();

        json.WriteStartObject("decoder");
        json.WriteString("type", "WordPiece");
        json.WriteString("prefix", WordPiece.ContinuationPrefix);
        json.WriteBoolean("cleanup", true);
        json.WriteEndObject();

        json.WriteStartObject("model");
        json.WriteString("type", "WordPiece");
        json.WriteString("unk_token", names.Unknown);
        json.WriteString("continuing_subword_prefix", WordPiece.ContinuationPrefix);
        json.WriteNumber("max_input_chars_per_word", definition.MaxWordLength);
        json.WriteStartObject("vocab");
        for (int id = 0; id < definition.Vocabulary.Count; id++)
            if (definition.Vocabulary[id] != TokenizerDefinition.NoToken) json.WriteNumber(definition.Vocabulary[id], id);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteAdded(Utf8JsonWriter json, IReadOnlyList<AddedToken> added)
    {
        json.WriteStartArray("added_tokens");
        foreach (AddedToken token in added)
        {
            json.WriteStartObject();
            json.WriteNumber("id", token.Id);
            WriteFlags(json, token);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteFlags(Utf8JsonWriter json, AddedToken token)
    {
        json.WriteString("content", token.Content);
        json.WriteBoolean("single_word", token.SingleWord);
        json.WriteBoolean("lstrip", token.StripLeft);
        json.WriteBoolean("rstrip", token.StripRight);
        json.WriteBoolean("normalized", token.Normalized);
        json.WriteBoolean("special", token.Special);
    }

    private static void WriteTemplate(Utf8JsonWriter json, string name, (string Id, bool Special, int Type)[] parts)
    {
        json.WriteStartArray(name);
        foreach ((string id, bool special, int type) in parts)
        {
            json.WriteStartObject();
            json.WriteStartObject(special ? "SpecialToken" : "Sequence");
            json.WriteString("id", id);
            json.WriteNumber("type_id", type);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteSpecial(Utf8JsonWriter json, string token, int id)
    {
        json.WriteStartObject(token);
        json.WriteString("id", token);
        json.WriteStartArray("ids");
        json.WriteNumberValue(id);
        json.WriteEndArray();
        json.WriteStartArray("tokens");
        json.WriteStringValue(token);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteFlag(Utf8JsonWriter json, string name, bool? value)
    {
        if (value is { } flag) json.WriteBoolean(name, flag);
        else json.WriteNull(name);
    }
}
