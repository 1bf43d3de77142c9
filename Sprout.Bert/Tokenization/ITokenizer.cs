// What the rest of Sprout needs of a tokenizer.
using Sprout.Tensors;

namespace Sprout.Bert.Tokenization;

/// <summary>Cuts text into vocabulary ids and frames it as a model reads it. Immutable; every method may be called from several threads.</summary>
public interface ITokenizer
{
    /// <summary>How many tokens there are; ids run from 0 to one less.</summary>
    int VocabSize { get; }

    /// <summary>Id of the token that a sequence begins with: <c>[CLS]</c>.</summary>
    int ClsId { get; }

    /// <summary>Id of the token that ends a text: <c>[SEP]</c>.</summary>
    int SepId { get; }

    /// <summary>Id of <c>[PAD]</c>.</summary>
    int PadId { get; }

    /// <summary>Id of <c>[MASK]</c>; −1 when the vocabulary has none.</summary>
    int MaskId { get; }

    /// <summary>What its files say against each other and which one decides, a sentence each; usually none.</summary>
    IReadOnlyList<string> Remarks => [];

    /// <summary>The token with an id.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is negative or not below <see cref="VocabSize"/>.</exception>
    string TokenOf(int id);

    /// <summary>Whether a token continues the word of the token before it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is negative or not below <see cref="VocabSize"/>.</exception>
    bool IsWordContinuation(int id);

    /// <summary>Appends the ids of a text, without special tokens around them.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="ids">Receives the ids; what it holds already stays.</param>
    /// <param name="spans">Receives for each id the part of the text it covers, in code points.</param>
    void Tokenize(string text, List<int> ids, List<TokenSpan>? spans = null);

    /// <summary>Appends the model's input for a text or a pair, special tokens included, cut to a length.</summary>
    /// <param name="text">The first text.</param>
    /// <param name="pair">The second text, or null.</param>
    /// <param name="maxLength">Most tokens of the result, special tokens included.</param>
    /// <param name="ids">Receives the ids; what it holds already stays.</param>
    /// <param name="typeIds">Receives as many segments.</param>
    /// <exception cref="OptionException"><paramref name="maxLength"/> leaves no room for the special tokens.</exception>
    void Encode(string text, string? pair, int maxLength, List<int> ids, List<int> typeIds);

    /// <summary>Writes the files by which Hugging Face's tools know the tokenizer into an existing folder, each whole or not at all.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="maxLength">The longest sequence of the model that it is saved with.</param>
    /// <exception cref="InputException">The folder cannot be written.</exception>
    void Save(string folder, int maxLength);

    /// <summary>The model's input for a text or a pair.</summary>
    /// <inheritdoc cref="Encode(string, string?, int, List{int}, List{int})"/>
    TokenSequence Encode(string text, string? pair, int maxLength)
    {
        List<int> ids = [], typeIds = [];
        Encode(text, pair, maxLength, ids, typeIds);
        return new TokenSequence([.. ids], [.. typeIds]);
    }
}
