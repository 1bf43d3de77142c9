// Reads vocab.txt and what goes with it.
using Sprout.Bert.Files;
using Sprout.Tensors;

namespace Sprout.Bert.Tokenization;

/// <summary>The older form of a tokenizer: one token a line, its line number its id.</summary>
internal static class VocabReader
{
    // Ten times the largest; a file of mere line ends would have more.
    private const int MostTokens = 1 << 22;

    /// <summary>Reads <c>vocab.txt</c> of a folder with the settings and added tokens of the files beside it.</summary>
    /// <exception cref="InputException">A file cannot be read or a setting is of the wrong kind.</exception>
    internal static TokenizerDefinition ReadFolder(string folder)
    {
        var settings = new TokenizerSettings(folder);
        var normalizer = new NormalizerOptions(
            CleanText: true, settings.ChineseChars ?? true, settings.StripAccents, settings.LowerCase ?? true);
        SpecialTokenNames names = settings.Names(new SpecialTokenNames());
        return Read(Path.Combine(folder, TokenizerFiles.Vocab), normalizer, names, settings.Added(names), settings.MaxLength);
    }

    /// <summary>Reads a vocabulary file; the special tokens in it become added tokens, as transformers makes them.</summary>
    /// <exception cref="InputException">The file cannot be read or is not UTF-8.</exception>
    internal static TokenizerDefinition Read(
        string file, NormalizerOptions normalizer, SpecialTokenNames names, IReadOnlyList<AddedToken>? added = null, int? maxLength = null)
    {
        string[] tokens = ReadLines(file);
        var all = new List<AddedToken>(added ?? []);
        foreach ((_, string name) in names.Entries)
        {
            int id = Array.IndexOf(tokens, name);
            if (id >= 0 && all.TrueForAll(t => t.Content != name))
                all.Add(new AddedToken(id, name, SingleWord: false, StripLeft: false, StripRight: false, Normalized: false, Special: true));
        }

        all.Sort((a, b) => a.Id.CompareTo(b.Id));
        return new TokenizerDefinition { Vocabulary = tokens, Added = all, Normalizer = normalizer, Names = names, MaxLength = maxLength };
    }

    // Of a token that is there twice the last line counts, as in every reader of Hugging Face; the earlier id belongs to no token.
    private static string[] ReadLines(string file)
    {
        string[] tokens = [.. Utf8Lines.ReadSmall(file).Take(MostTokens + 1).Select(line => line.Text.TrimEnd())];
        if (tokens.Length > MostTokens) throw new InputException($"{file}: expected at most {MostTokens} tokens, found more.");
        var last = new Dictionary<string, int>(tokens.Length, StringComparer.Ordinal);
        for (int id = 0; id < tokens.Length; id++)
        {
            if (last.TryGetValue(tokens[id], out int earlier)) tokens[earlier] = TokenizerDefinition.NoToken;
            last[tokens[id]] = id;
        }

        // Blank lines at the end, and repeated tokens, leave no id beyond the last token.
        int count = tokens.Length;
        while (count > 0 && tokens[count - 1] == TokenizerDefinition.NoToken) count--;
        return tokens[..count];
    }
}
