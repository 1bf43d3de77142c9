// One question of a SQuAD file.
namespace Sprout.Bert.Data;

/// <summary>A question about a paragraph, with its reference answers.</summary>
/// <param name="Id">Unique in its file.</param>
/// <param name="Question">The question.</param>
/// <param name="Context">The paragraph; the questions of one paragraph share the object.</param>
/// <param name="Answers">Reference answers, at least one; training uses the first.</param>
/// <param name="AnswerStarts">Where each answer starts in the context, in code points.</param>
public sealed record SquadQuestion(string Id, string Question, string Context, string[] Answers, int[] AnswerStarts);
