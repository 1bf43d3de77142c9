// The four switches of the BERT normaliser.
namespace Sprout.Bert.Tokenization;

/// <summary>Options under the names that <c>tokenizer.json</c> gives them.</summary>
/// <param name="CleanText">Drops control characters and turns whitespace into spaces.</param>
/// <param name="ChineseChars">Puts spaces around CJK ideographs.</param>
/// <param name="StripAccents">Decomposes and drops nonspacing marks; null does what <paramref name="Lowercase"/> says.</param>
/// <param name="Lowercase">Lowers every letter.</param>
internal sealed record NormalizerOptions(bool CleanText, bool ChineseChars, bool? StripAccents, bool Lowercase);
