// One question of a SQuAD file.
namespace Sprout.Bert.Data;

/// <summary>A question about a paragraph, with its reference answers.</summary>
/// <param name="Id">Unique in its file.</param>
/// <param name="Question">The question.</param>
/// <param name="Context">The paragraph; the questions of one paragraph share the object.</param>
/// <param name="Answers">Reference answers, of which training uses the first; none where a file has only questions.</param>
/// <param name="AnswerStarts">Where each answer starts in the context, in code points; −1 for one that is not where its file says.</param>
public sealed record SquadQuestion(string Id, string Question, string Context, string[] Answers, int[] AnswerStarts)
{
    /// <summary>Whether the place of the first answer is known, so that training can use it.</summary>
    public bool HasPlace => AnswerStarts is [>= 0, ..];
}
