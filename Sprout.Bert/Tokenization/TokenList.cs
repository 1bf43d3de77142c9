// A list of tokens.
using Sprout.Bert.Files;
using Sprout.Tensors;

namespace Sprout.Bert.Tokenization;

/// <summary>Reads a file with one token a line, as <c>vocab.txt</c> has them; blank lines are none.</summary>
public static class TokenList
{
    /// <summary>The tokens of a file that are chosen from a vocabulary.</summary>
    /// <param name="file">The file.</param>
    /// <param name="tokenizer">Has the vocabulary.</param>
    /// <param name="note">Receives a sentence about those that it lacks.</param>
    /// <exception cref="InputException">It cannot be read, is not UTF-8, or has no token of the vocabulary.</exception>
    public static IReadOnlySet<string> Read(string file, ITokenizer tokenizer, Action<string> note)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(note);
        HashSet<string> tokens = [.. Utf8Lines.ReadSmall(file).Select(line => line.Text.TrimEnd()).Where(token => token.Length > 0)];
        HashSet<string> vocabulary = [.. Enumerable.Range(0, tokenizer.VocabSize).Select(tokenizer.TokenOf)];
        string[] unknown = [.. tokens.Where(token => !vocabulary.Contains(token)).Order(StringComparer.Ordinal)];
        if (unknown.Length == tokens.Count)
            throw new InputException($"{file}: expected tokens of the model's vocabulary, one a line, found {InputFile.QuoteAll(unknown)}.");
        if (unknown.Length > 0)
            note($"{file}: {unknown.Length} of {tokens.Count} tokens are not in the model's vocabulary: {InputFile.QuoteAll(unknown)}.");
        return tokens;
    }
}
