// Draws labelled review sentences from the grammar: the label is the sign of the composed sentiment.
using System.Text;
using Sprout.Tensors.Random;

namespace Sprout.Cli.Demo;

/// <summary>
/// An endless, seeded stream of small English-like reviews. A word has a strength of ±1 or ±2; a construction multiplies the value of what
/// it embeds (negation −0.75, "slightly" 0.5, "utterly" 1.5, …), ignores it (the granted side of "although") or adds values up ("and").
/// The label is the sign of the result; a sentence with a value nearer to zero than 0.5 is not emitted. The README beside this file
/// lists the rules. Every two consecutive sentences hold one of each label. The same seed gives the same sentences.
/// </summary>
internal sealed class ReviewLanguage
{
    private const double LeastValue = 0.5;
    private const int LeastWords = 4, MostWords = 20;

    private readonly RandomStream random;
    private readonly List<string> tokens = [];
    private readonly HashSet<string> used = [];
    private ReviewDomain domain = ReviewLexicon.Domains[0];
    private int pendingLabel = -1;

    /// <summary>The sentences of <paramref name="seed"/>.</summary>
    public ReviewLanguage(ulong seed) : this(seed, 0) { }

    internal ReviewLanguage(ulong seed, ulong stream) => random = new RandomStream(seed, stream);

    /// <summary>Every word a sentence can hold, sorted, without punctuation.</summary>
    public static IReadOnlyList<string> Words { get; } =
        [.. ReviewLexicon.AllPhrases().Concat(ReviewGrammar.TemplateWords()).SelectMany(p => p.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Append("an").Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Every punctuation mark a sentence can hold.</summary>
    public static IReadOnlyList<string> Punctuation { get; } = ["!", "\"", ",", ".", ";"];

    /// <summary>The names of the outermost constructions.</summary>
    public static IReadOnlyList<string> Rules { get; } = [.. ReviewGrammar.Rules.Select(r => r.Rule)];

    /// <summary>The next sentence.</summary>
    public Review Next()
    {
        int label = pendingLabel >= 0 ? 1 - pendingLabel : random.NextInt(2);
        pendingLabel = pendingLabel >= 0 ? -1 : label;
        string rule = DrawRule();
        while (true)
        {
            tokens.Clear();
            used.Clear();
            domain = Pick(ReviewLexicon.Domains);
            if (random.NextInt(10) < 4) Append(Pick(ReviewLexicon.Phrases("lead")!) + " ,");
            double value = Expand(rule, label == 1 ? 1 : -1);
            Append(random.NextInt(10) == 0 ? "!" : ".");
            int words = tokens.Count(t => char.IsAsciiLetter(t[0]));
            if (Math.Abs(value) >= LeastValue && words is >= LeastWords and <= MostWords)
                return new Review(Spell(), value > 0 ? 1 : 0, rule);
        }
    }

    private string DrawRule()
    {
        int left = random.NextInt(ReviewGrammar.Rules.Sum(r => r.Percent));
        return ReviewGrammar.Rules.First(r => (left -= r.Percent) < 0).Rule;
    }

    // Appends an expansion of the symbol whose value has the wanted sign, and returns the value.
    private double Expand(string symbol, int sign)
    {
        if (domain.Sentiment.GetValueOrDefault(symbol) is { } words)
        {
            Term term = PickUnused(sign > 0 ? words.Good : words.Bad, t => t.Text);
            Append(term.Text);
            return term.Strength;
        }

        Production production = Draw(ReviewGrammar.Of(symbol)!);
        int headSign = sign * Math.Sign(production.Factor), start = tokens.Count;
        double value;
        do
        {
            tokens.RemoveRange(start, tokens.Count - start);
            value = production.Factor * AppendItems(production, headSign);
        }
        while (production.Heads > 1 && value * sign < LeastValue);
        return value;
    }

    private double AppendItems(Production production, int headSign)
    {
        double sum = 0;
        foreach (string item in production.Items)
        {
            string symbol = item[1..];
            switch (item[0])
            {
                // The parts of a weighing are drawn freely; their sum is what must have the sign.
                case '*': sum += Expand(symbol, production.Heads > 1 ? 2 * random.NextInt(2) - 1 : headSign); break;
                case '!': Expand(symbol, -headSign); break;
                case '=': Expand(symbol, headSign); break;
                case '$': AppendNeutral(symbol); break;
                default: Append(item); break;
            }
        }
        return sum;
    }

    private void AppendNeutral(string symbol)
    {
        if (symbol == "part") Append(PickUnused(domain.Parts, p => p));
        else if (symbol == "whole") Append(Pick(domain.Wholes));
        else if (ReviewLexicon.Phrases(symbol) is { } phrases) Append(Pick(phrases));
        else AppendItems(Draw(ReviewGrammar.Of(symbol)!), 1);
    }

    private void Append(string phrase) => tokens.AddRange(phrase.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private Production Draw(Production[] productions)
    {
        int left = random.NextInt(productions.Sum(p => p.Weight));
        return productions.First(p => (left -= p.Weight) < 0);
    }

    private T Pick<T>(T[] items) => items[random.NextInt(items.Length)];

    // A few tries to not say the same word twice in a sentence.
    private T PickUnused<T>(T[] items, Func<T, string> text)
    {
        T item = Pick(items);
        for (int tries = 0; tries < 4 && !used.Add(text(item)); tries++) item = Pick(items);
        return item;
    }

    // Joins the tokens, with "an" before a vowel, marks tied to the word before them and quotes around theirs.
    private string Spell()
    {
        var text = new StringBuilder();
        bool quoted = false, tied = true;
        for (int i = 0; i < tokens.Count; i++)
        {
            string token = tokens[i] == "a" && "aeiou".Contains(tokens[i + 1][0], StringComparison.Ordinal) ? "an" : tokens[i];
            bool closes = token is "," or "." or ";" or "!" || (token == "\"" && quoted);
            if (!tied && !closes) text.Append(' ');
            text.Append(token);
            tied = token == "\"" && !quoted;
            if (token == "\"") quoted = !quoted;
        }
        return text.ToString();
    }
}
