// What a vocabulary calls the five tokens with a meaning to the model.
namespace Sprout.Bert.Tokenization;

/// <summary>The names of the special tokens; BERT's own unless a file says otherwise.</summary>
internal sealed record SpecialTokenNames(
    string Unknown = "[UNK]", string Cls = "[CLS]", string Sep = "[SEP]", string Pad = "[PAD]", string Mask = "[MASK]")
{
    /// <summary>All five with the key that tokenizer_config.json and special_tokens_map.json give them.</summary>
    internal IEnumerable<(string Key, string Name)> Entries =>
        [("unk_token", Unknown), ("sep_token", Sep), ("pad_token", Pad), ("cls_token", Cls), ("mask_token", Mask)];
}
