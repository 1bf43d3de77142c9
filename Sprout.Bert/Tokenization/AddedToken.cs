// A token that is found in the text before any word is split.
namespace Sprout.Bert.Tokenization;

/// <summary>An entry of <c>added_tokens</c> in <c>tokenizer.json</c>.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text, never empty.</param>
/// <param name="SingleWord">Matches only where no word character touches it.</param>
/// <param name="StripLeft">Swallows the whitespace before it.</param>
/// <param name="StripRight">Swallows the whitespace after it.</param>
/// <param name="Normalized">Matched, normalised itself, in the normalised text; otherwise as written in the raw text.</param>
/// <param name="Special">Has a meaning to the model, like <c>[SEP]</c>.</param>
internal sealed record AddedToken(
    int Id, string Content, bool SingleWord, bool StripLeft, bool StripRight, bool Normalized, bool Special);
