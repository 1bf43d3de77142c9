// A stand-in tokenizer: every code point that is no space is a token, its id the code point.
using System.Text;
using Sprout.Bert.Tokenization;

namespace Sprout.Tests.Data;

public sealed class LetterTokenizer : ITokenizer
{
    public int ClsId => -1;

    public int SepId => -2;

    public int PadId => throw new NotSupportedException();

    public int MaskId => throw new NotSupportedException();

    public int VocabSize => throw new NotSupportedException();

    public string TokenOf(int id) => throw new NotSupportedException();

    public bool IsWordContinuation(int id) => throw new NotSupportedException();

    public void Encode(string text, string? pair, int maxLength, List<int> ids, List<int> typeIds) => throw new NotSupportedException();

    public void Save(string folder, int maxLength) => throw new NotSupportedException();

    public void Tokenize(string text, List<int> ids, List<TokenSpan>? spans)
    {
        int at = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (!Rune.IsWhiteSpace(rune))
            {
                ids.Add(rune.Value);
                spans?.Add(new TokenSpan(at, at + 1));
            }

            at++;
        }
    }
}
