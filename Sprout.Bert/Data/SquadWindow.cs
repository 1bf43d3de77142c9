// One input of the question-answering model.
using Sprout.Bert.Tokenization;

namespace Sprout.Bert.Data;

/// <summary><c>[CLS] question [SEP] part of the context [SEP]</c>, without padding.</summary>
/// <param name="QuestionIndex">Position of the question in its list.</param>
/// <param name="Sequence">What the model reads.</param>
/// <param name="ContextStart">Index of the first context token (of the last <c>[SEP]</c> if the context has no tokens).</param>
/// <param name="Spans">Where each context token of the window stands in the whole context, in code points.</param>
/// <param name="StartLabel">Index of the token that holds the first answer's first character; 0 when the window lacks part of the answer.</param>
/// <param name="EndLabel">Index of the token that holds the first answer's last character; 0 when the window lacks part of the answer.</param>
public sealed record SquadWindow(
    int QuestionIndex, TokenSequence Sequence, int ContextStart, TokenSpan[] Spans, int StartLabel, int EndLabel);
