// Everything that decides a tokenizer's ids, whichever files it came from.
using Sprout.Tensors;

namespace Sprout.Bert.Tokenization;

/// <summary>A tokenizer's data, checked: no token has two ids, and the special tokens are there.</summary>
internal sealed class TokenizerDefinition
{
    /// <summary>Stands in the vocabulary where no token has the id; no text contains it.</summary>
    internal const string NoToken = "";

    /// <summary>The tokens of the WordPiece model; a token's index is its id.</summary>
    internal required IReadOnlyList<string> Vocabulary { get; init; }

    /// <summary>Tokens of the vocabulary, and others whose ids follow it, that are found in the text before it is split.</summary>
    internal required IReadOnlyList<AddedToken> Added { get; init; }

    /// <summary>How text is normalised.</summary>
    internal required NormalizerOptions Normalizer { get; init; }

    /// <summary>Words of more code points than this are unknown.</summary>
    internal int MaxWordLength { get; init; } = 100;

    /// <summary>The names of the special tokens.</summary>
    internal SpecialTokenNames Names { get; init; } = new();

    /// <summary>The longest sequence that the files speak of; null when they do not.</summary>
    internal int? MaxLength { get; init; }

    /// <summary>What files say against each other, a sentence each, and which one decides.</summary>
    internal IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>Whether a token has an id.</summary>
    internal bool Has(string token) => Vocabulary.Contains(token) || Added.Any(added => added.Content == token);

    /// <summary>Checks the definition that was read from <paramref name="file"/>.</summary>
    /// <exception cref="InputException">The vocabulary is empty, an added token's id is not the one that the vocabulary gives or the next one,
    /// or one of the unknown, classification and separator tokens is absent.</exception>
    internal TokenizerDefinition Checked(string file)
    {
        if (Vocabulary.Count == 0)
            throw new InputException($"{file}: the vocabulary is empty; expected at least {Names.Unknown}, {Names.Cls} and {Names.Sep}.");

        var ids = new Dictionary<string, int>(Vocabulary.Count, StringComparer.Ordinal);
        for (int id = 0; id < Vocabulary.Count; id++) ids[Vocabulary[id]] = id;

        int next = Vocabulary.Count;
        foreach (AddedToken token in Added)
        {
            if (!ids.TryGetValue(token.Content, out int expected)) ids.Add(token.Content, expected = next++);
            if (token.Id != expected)
                throw new InputException($"{file}: added_tokens: expected id {expected} for '{token.Content}', found {token.Id}.");
        }

        if (!ids.TryGetValue(Names.Unknown, out int unknown) || unknown >= Vocabulary.Count)
            throw new InputException($"{file}: the unknown token '{Names.Unknown}' is not in the vocabulary of {Vocabulary.Count} tokens.");
        foreach (string name in new[] { Names.Cls, Names.Sep })
        {
            if (!ids.ContainsKey(name))
                throw new InputException($"{file}: the special token '{name}' is not in the vocabulary of {Vocabulary.Count} tokens.");
        }

        return this;
    }

    /// <summary>This definition with fewer tokens of the vocabulary; special and added ones stay.</summary>
    /// <param name="tokens">The tokens that stay.</param>
    /// <returns>The definition, and for each id of it the one that the token has here.</returns>
    internal (TokenizerDefinition Definition, int[] OldIds) Keep(IReadOnlySet<string> tokens)
    {
        HashSet<string> always = [.. Names.Entries.Select(entry => entry.Name), .. Added.Select(token => token.Content)];
        int[] kept = [.. Enumerable.Range(0, Vocabulary.Count).Where(id => tokens.Contains(Vocabulary[id]) || always.Contains(Vocabulary[id]))];
        var newIds = kept.Select((old, id) => (old, id)).ToDictionary(pair => pair.old, pair => pair.id);
        AddedToken[] after = [.. Added.Where(token => token.Id >= Vocabulary.Count)];
        for (int i = 0; i < after.Length; i++) newIds[after[i].Id] = kept.Length + i;
        var definition = new TokenizerDefinition
        {
            Vocabulary = [.. kept.Select(id => Vocabulary[id])],
            Added = [.. Added.Select(token => token with { Id = newIds[token.Id] })],
            Normalizer = Normalizer,
            MaxWordLength = MaxWordLength,
            Names = Names,
            MaxLength = MaxLength,
            Remarks = Remarks,
        };
        return (definition, [.. kept, .. after.Select(token => token.Id)]);
    }
}
