// Where a token came from in the text it was cut from.
namespace Sprout.Bert.Tokenization;

/// <summary>The part of a text that a token covers, in Unicode code points; <paramref name="End"/> is exclusive.</summary>
/// <param name="Start">First code point of the token.</param>
/// <param name="End">One past the token's last code point.</param>
public readonly record struct TokenSpan(int Start, int End);
