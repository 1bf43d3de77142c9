// A list of tokens.
using Sprout.Bert.Files;
using Sprout.Tensors;

namespace Sprout.Bert.Tokenization;

/// <summary>Reads a file with one token a line, as <c>vocab.txt</c> has them; blank lines are none.</summary>
public static class TokenList
{
    /// <summary>The tokens of a file.</summary>
    /// <exception cref="InputException">It cannot be read, or is not UTF-8.</exception>
    public static IReadOnlySet<string> Read(string file) =>
        Utf8Lines.ReadSmall(file).Select(line => line.Text.TrimEnd()).Where(token => token.Length > 0).ToHashSet(StringComparer.Ordinal);
}
