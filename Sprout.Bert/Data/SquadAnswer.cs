// A predicted answer.
namespace Sprout.Bert.Data;

/// <summary>A part of the context as the answer to a question.</summary>
/// <param name="Text">The answer; empty when the context has no tokens.</param>
/// <param name="Start">First character in the context, in code points.</param>
/// <param name="End">One past the last character, in code points.</param>
/// <param name="Score">Start logit plus end logit; 0 when there is no answer.</param>
public sealed record SquadAnswer(string Text, int Start, int End, double Score);
