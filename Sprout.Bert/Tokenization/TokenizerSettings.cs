// What lies beside a tokenizer's vocabulary: tokenizer_config.json, special_tokens_map.json, added_tokens.json.
using System.Globalization;
using Sprout.Bert.Files;

namespace Sprout.Bert.Tokenization;

/// <summary>The settings of a folder; each is null, or none, where no file says it. They are read as transformers' <c>from_pretrained</c> reads them.</summary>
internal sealed class TokenizerSettings
{
    private const string Decoder = "added_tokens_decoder";
    private const string Additional = "additional_special_tokens";

    private readonly JsonFields config, map = JsonFields.None, added = JsonFields.None;

    /// <summary>Reads what a folder has.</summary>
    /// <exception cref="Sprout.Tensors.InputException">A file cannot be read, or a setting is of the wrong kind.</exception>
    internal TokenizerSettings(string folder)
    {
        config = ReadIfThere(folder, TokenizerFiles.Config);

        // Since transformers 4.34 the configuration has the added tokens, and then the older files count no more.
        if (!config.Optional(Decoder).IsNull) return;
        map = ReadIfThere(folder, TokenizerFiles.SpecialTokensMap);
        added = ReadIfThere(folder, TokenizerFiles.AddedTokens);
    }

    /// <summary>Reads a tokenizer_config.json that has all settings.</summary>
    internal TokenizerSettings(JsonFields config) => this.config = config;

    /// <summary>Whether text is lower-cased.</summary>
    internal bool? LowerCase => Flag("do_lower_case");

    /// <summary>Whether accents are dropped.</summary>
    internal bool? StripAccents => Flag("strip_accents");

    /// <summary>Whether each CJK ideograph is a word of its own.</summary>
    internal bool? ChineseChars => Flag("tokenize_chinese_chars");

    /// <summary>The longest sequence; transformers' huge number for "no limit" is none.</summary>
    internal int? MaxLength => config.Optional("model_max_length").CountOrNone();

    /// <summary>The special tokens' names; where no file says one, the usual one.</summary>
    internal SpecialTokenNames Names(SpecialTokenNames usual) => new(
        Name("unk_token", usual.Unknown), Name("cls_token", usual.Cls), Name("sep_token", usual.Sep), Name("pad_token", usual.Pad),
        Name("mask_token", usual.Mask));

    /// <summary>The added tokens by id.</summary>
    internal List<AddedToken> Added(SpecialTokenNames names)
    {
        var tokens = new List<AddedToken>();
        foreach ((string name, JsonFields value) in Members(config.Optional(Decoder)))
        {
            if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int id)) throw value.Wrong("an id as its name", $"\"{name}\"");
            tokens.Add(TokenizerJsonReader.ReadAddedToken(value, id));
        }

        HashSet<string> special = [.. names.Entries.Select(entry => entry.Name), .. Specials(config), .. Specials(map)];
        foreach ((string token, JsonFields id) in Members(added))
        {
            if (token.Length == 0) throw id.Wrong("a token as its name", "an empty one");
            bool isSpecial = special.Contains(token);
            tokens.Add(new AddedToken(
                id.AsCount(), token, SingleWord: false, StripLeft: false, StripRight: false, Normalized: !isSpecial, Special: isSpecial));
        }

        tokens.Sort((a, b) => a.Id.CompareTo(b.Id));
        return tokens;
    }

    private static JsonFields ReadIfThere(string folder, string name) =>
        Path.Combine(folder, name) is var path && Path.Exists(path) ? JsonFields.ReadFile(path) : JsonFields.None;

    private static IEnumerable<(string Name, JsonFields Value)> Members(JsonFields fields) => fields.IsNull ? [] : fields.AsObject().Members();

    private static IEnumerable<string> Specials(JsonFields fields) =>
        fields.Items(Additional).Select(token => token.IsString ? token.AsText() : token.Text("content"));

    private bool? Flag(string name) => config.Optional(name) is { IsNull: false } field ? field.AsFlag() : null;

    // Text, or the object of an added token.
    private string Name(string key, string usual)
    {
        JsonFields field = map.Optional(key) is { IsNull: false } older ? older : config.Optional(key);
        return field.IsNull ? usual : field.IsString ? field.AsText() : field.AsObject().Text("content");
    }
}
