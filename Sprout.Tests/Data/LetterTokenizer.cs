// A stand-in tokenizer: every code point that is no space is a token, its id the code point.
using System.Text;
using Sprout.Bert.Tokenization;

namespace Sprout.Tests.Data;

public sealed class LetterTokenizer : ITokenizer
{
    public int ClsId => -1;

    public int SepId => -2;

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
