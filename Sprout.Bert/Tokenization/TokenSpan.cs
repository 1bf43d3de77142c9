// Where a token lies in the text it came from.
namespace Sprout.Bert.Tokenization;

/// <summary>
/// The part of the original text that a token covers, as Hugging Face's offsets. Only where canonical ordering swaps combining
/// characters that accent stripping keeps (such as U+302E) may the two differ by the marks dropped between them.
/// </summary>
/// <param name="Start">First Unicode code point (not UTF-16 unit); a lone surrogate counts as one.</param>
/// <param name="End">One past the last code point.</param>
public readonly record struct TokenSpan(int Start, int End);
