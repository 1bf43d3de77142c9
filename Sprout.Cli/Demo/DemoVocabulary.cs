// The WordPiece vocabulary of the demo: whole words of the review language, and pieces that spell any other word.
namespace Sprout.Cli.Demo;

/// <summary>The vocabulary that <c>sprout demo</c> builds; a token's id is its position.</summary>
internal static class DemoVocabulary
{
    private static readonly string[] Special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    private static readonly string[] Suffixes =
    [
        "s", "es", "ed", "er", "est", "ing", "ly", "ness", "ful", "less", "able", "ible", "ment", "tion", "ion", "ity", "ive", "ous", "al", "ish", "en",
        "ty", "ism", "ist",
    ];

    /// <summary>
    /// All tokens in the order of their ids: the five special ones, ASCII punctuation, digits and letters, their continuations (##a …),
    /// frequent suffixes, and <see cref="ReviewLanguage.Words"/>.
    /// </summary>
    public static IReadOnlyList<string> Tokens { get; } = Build();

    /// <summary>The content of <c>vocab.txt</c>: one token a line, each line ended by a line feed.</summary>
    public static string FileContent => string.Concat(Tokens.Select(t => t + "\n"));

    private static List<string> Build()
    {
        IEnumerable<string> printable = Enumerable.Range('!', '~' - '!' + 1)
            .Select(c => (char)c).Where(c => !char.IsAsciiLetterUpper(c)).Select(c => c.ToString());
        string[] single = [.. printable];
        IEnumerable<string> continued = single.Where(c => char.IsAsciiLetterOrDigit(c[0])).Concat(Suffixes).Select(c => "##" + c);
        return [.. Special.Concat(single).Concat(continued).Concat(ReviewLanguage.Words).Distinct()];
    }
}
