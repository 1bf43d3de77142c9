// Questions and contexts, tokenized and cut into windows.
using System.Runtime.InteropServices;
using Sprout.Bert.Files;
using Sprout.Bert.Tokenization;
using Sprout.Tensors;

namespace Sprout.Bert.Data;

/// <summary>
/// Cuts long contexts into overlapping windows as the official BERT run_squad does: each starts <c>docStride</c> tokens after the last
/// one (or where that one ends, when it is shorter than the stride), until the context is covered.
/// </summary>
public sealed class SquadFeatures
{
    /// <summary><c>[CLS]</c> and two <c>[SEP]</c>.</summary>
    private const int SpecialTokens = 3;

    private readonly ITokenizer tokenizer;
    private readonly int maxLength, docStride, maxQueryLength;

    /// <summary>Options of the windows, all in tokens.</summary>
    /// <param name="tokenizer">Cuts questions and contexts.</param>
    /// <param name="maxLength">Longest window, special tokens included.</param>
    /// <param name="docStride">Distance between the starts of two windows.</param>
    /// <param name="maxQueryLength">Where questions are cut off.</param>
    /// <exception cref="OptionException">A length is not positive, or no window has room for a context token.</exception>
    public SquadFeatures(ITokenizer tokenizer, int maxLength = 384, int docStride = 128, int maxQueryLength = 64)
    {
        OptionException.Require(docStride >= 1, "DocStride", "1 token or more", docStride);
        OptionException.Require(maxQueryLength >= 1, "MaxQueryLength", "1 token or more", maxQueryLength);
        OptionException.Require(maxLength > SpecialTokens, "MaxLength", $"room for a context, more than {SpecialTokens} tokens", maxLength);
        (this.tokenizer, this.maxLength, this.docStride, this.maxQueryLength) = (tokenizer, maxLength, docStride, maxQueryLength);
    }

    /// <summary>Longest window in tokens, special ones included.</summary>
    public int MaxLength => maxLength;

    /// <summary>The windows of all questions, in order; every question has at least one.</summary>
    /// <exception cref="OptionException">A question leaves no room for the context; the lengths are named.</exception>
    public IReadOnlyList<SquadWindow> Windows(IReadOnlyList<SquadQuestion> questions)
    {
        var windows = new List<SquadWindow>();
        var query = new List<int>();
        var tokens = new List<int>();
        var spans = new List<TokenSpan>();
        string? context = null;
        for (int i = 0; i < questions.Count; i++)
        {
            SquadQuestion question = questions[i];
            query.Clear();
            tokenizer.Tokenize(question.Question, query, null);
            if (query.Count > maxQueryLength) query.RemoveRange(maxQueryLength, query.Count - maxQueryLength);

            // The questions of a paragraph follow each other and share its text.
            if (!ReferenceEquals(context, question.Context))
            {
                context = question.Context;
                tokens.Clear();
                spans.Clear();
                tokenizer.Tokenize(context, tokens, spans);
            }

            Cut(i, question, CollectionsMarshal.AsSpan(query), CollectionsMarshal.AsSpan(tokens), CollectionsMarshal.AsSpan(spans), windows);
        }

        return windows;
    }

    private void Cut(
        int index, SquadQuestion question, ReadOnlySpan<int> query, ReadOnlySpan<int> tokens, ReadOnlySpan<TokenSpan> spans, List<SquadWindow> windows)
    {
        int room = maxLength - SpecialTokens - query.Length;
        if (room < 1)
        {
            OptionName longest = new("MaxLength"), longestQuery = new("MaxQueryLength");
            string id = InputFile.Quote(question.Id.Length > 0 ? question.Id : question.Question);
            throw OptionException.Of(
                $"{longest} {maxLength} leaves no room for the context of question {id}, which has {query.Length} tokens; raise it or lower {longestQuery}.");
        }

        (int first, int last) = AnswerTokens(question, spans);
        int contextStart = query.Length + 2;
        for (int start = 0; ;)
        {
            int length = Math.Min(room, tokens.Length - start);
            int[] ids = [tokenizer.ClsId, .. query, tokenizer.SepId, .. tokens.Slice(start, length), tokenizer.SepId];
            int[] types = new int[ids.Length];
            types.AsSpan(contextStart).Fill(1);
            bool whole = first >= start && last >= first && last < start + length;
            windows.Add(new SquadWindow(
                index, new TokenSequence(ids, types), contextStart, spans.Slice(start, length).ToArray(),
                whole ? contextStart + first - start : 0, whole ? contextStart + last - start : 0));
            if (start + length == tokens.Length) return;
            start += Math.Min(docStride, length);
        }
    }

    /// <summary>Context tokens that hold the first answer's first and last character; −1 for a character that no token holds.</summary>
    private static (int First, int Last) AnswerTokens(SquadQuestion question, ReadOnlySpan<TokenSpan> spans)
    {
        if (!question.HasPlace) return (-1, -1);
        int from = question.AnswerStarts[0], to = from + new CodePoints(question.Answers[0]).Count - 1, first = -1, last = -1;
        for (int i = 0; i < spans.Length; i++)
        {
            // One character can be several tokens (a Hangul syllable, decomposed): the answer has all of them.
            if (first < 0 && spans[i].Start <= from && from < spans[i].End) first = i;
            if (spans[i].Start <= to && to < spans[i].End) last = i;
        }

        return (first, last);
    }
}
