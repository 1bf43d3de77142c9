// What the data readers need of a tokenizer.
namespace Sprout.Bert.Tokenization;

/// <summary>Cuts text into vocabulary ids and knows the ids of the two special tokens that frame a BERT input.</summary>
public interface ITokenizer
{
    /// <summary>Id of <c>[CLS]</c>.</summary>
    int ClsId { get; }

    /// <summary>Id of <c>[SEP]</c>.</summary>
    int SepId { get; }

    /// <summary>
    /// Appends the ids of <paramref name="text"/>, without special tokens, to <paramref name="ids"/> and, when asked for,
    /// one span a token, in code points of <paramref name="text"/>, to <paramref name="spans"/>.
    /// </summary>
    void Tokenize(string text, List<int> ids, List<TokenSpan>? spans);
}
