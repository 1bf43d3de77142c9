// The review language: deterministic, balanced, closed over its words, and not solvable by counting words.
using System.Text.RegularExpressions;
using Sprout.Cli.Demo;
using Xunit.Abstractions;

namespace Sprout.Tests.Demo;

public partial class ReviewLanguageTests(ITestOutputHelper output)
{
    private static readonly Lazy<ReviewSets> Sets = new(() => ReviewSets.Create(42, 4000, 2000));

    // One draw that every test of the sentences themselves shares.
    private static readonly Lazy<Review[]> Drawn = new(() => Take(6, 200_000));

    private static Review[] Take(ulong seed, int count)
    {
        var language = new ReviewLanguage(seed);
        return [.. Enumerable.Range(0, count).Select(_ => language.Next())];
    }

    [Fact]
    public void The_same_seed_gives_the_same_sentences()
    {
        Take(7, 500).Should().Equal(Take(7, 500));
        Take(7, 500).Should().NotEqual(Take(8, 500));
    }

    [Fact]
    public void Labels_are_balanced_overall_and_within_every_rule()
    {
        Review[] reviews = Drawn.Value;
        reviews.Average(r => r.Label).Should().BeInRange(0.49, 0.51);
        foreach (IGrouping<string, Review> rule in reviews.GroupBy(r => r.Rule))
            rule.Average(r => r.Label).Should().BeInRange(0.48, 0.52, rule.Key);
        Sets.Value.Train.Average(r => r.Label).Should().Be(0.5);
        Sets.Value.Dev.Average(r => r.Label).Should().Be(0.5);
    }

    [Fact]
    public void Every_rule_has_a_sensible_share()
    {
        Review[] reviews = Drawn.Value;
        Dictionary<string, double> share = reviews.CountBy(r => r.Rule).ToDictionary(p => p.Key, p => p.Value / (double)reviews.Length);
        share.Keys.Should().BeEquivalentTo(ReviewLanguage.Rules);
        share.Values.Should().OnlyContain(s => s >= 0.02 && s <= 0.4);
        share["plain"].Should().BeLessThanOrEqualTo(0.4);
    }

    [Fact]
    public void Sentences_have_4_to_20_words_and_about_11_on_average()
    {
        int[] lengths = [.. Drawn.Value.Take(20_000).Select(r => Word().Count(r.Text))];
        lengths.Should().OnlyContain(n => n >= 4 && n <= 20);
        lengths.Average().Should().BeInRange(9.5, 12.5);
    }

    [Fact]
    public void Every_token_is_a_known_word_or_mark()
    {
        var known = ReviewLanguage.Words.Concat(ReviewLanguage.Punctuation).ToHashSet();
        Drawn.Value.Take(50_000).SelectMany(r => Token().Matches(r.Text)).Select(m => m.Value).Where(t => !known.Contains(t)).Should().BeEmpty();
        ReviewLanguage.Words.Should().OnlyHaveUniqueItems().And.HaveCountGreaterThan(500);
    }

    [Fact]
    public void Every_word_is_used()
    {
        HashSet<string> used = [.. Drawn.Value.Take(50_000).SelectMany(r => Word().Matches(r.Text)).Select(m => m.Value)];
        ReviewLanguage.Words.Except(used).Should().BeEmpty();
    }

    // With N equally likely sentences, n draws repeat about n²/2N times; unequal shares only raise the number.
    [Fact]
    public void There_are_more_than_five_million_sentences()
    {
        int draws = Drawn.Value.Length, repeats = draws - Drawn.Value.Select(r => r.Text).Distinct().Count();
        ((double)draws * draws / 2 / Math.Max(1, repeats)).Should().BeGreaterThan(5e6);
    }

    [Fact]
    public void Dev_sentences_are_in_neither_the_train_set_nor_the_corpus()
    {
        HashSet<string> dev = [.. Sets.Value.Dev.Select(r => r.Text)];
        dev.Should().HaveCount(2000);
        Sets.Value.Train.Select(r => r.Text).Should().OnlyHaveUniqueItems().And.NotIntersectWith(dev);
        string[] corpus = [.. Sets.Value.Corpus(42, 20_000)];
        corpus.Should().HaveCount(20_000).And.NotIntersectWith(dev);
        Sets.Value.Corpus(42, 100).Should().Equal(corpus.Take(100));
    }

    [Theory]
    [InlineData(1, 0.80)]
    [InlineData(2, 0.88)]
    public void Counting_words_does_not_solve_it(int order, double bound)
    {
        var model = new WordCountModel(Sets.Value.Train, order, epochs: 10);
        double accuracy = model.Accuracy(Sets.Value.Dev);
        output.WriteLine($"order {order}: {accuracy:F3}");
        accuracy.Should().BeInRange(0.52, bound);
    }

    // An independent reading of some constructions: the last noun decides, or its opposite does.
    [Theory]
    [InlineData(" (?:is|was) (?:no|hardly an?|not an?) (\\w+)[.!]$", "negation", true)]
    [InlineData("^i expected .* and got an? (\\w+)[.!]$", "expectation", false)]
    [InlineData("^i expected an? (\\w+) .* got the opposite[.!]$", "expectation", true)]
    [InlineData("^what should have been .* became an? (\\w+)[.!]$", "expectation", false)]
    [InlineData(", but (?:the|this|its) \\w+ (?:is|was) an? (\\w+)[.!]$", "contrast", false)]
    [InlineData("^although .*, (?:the|this|its) \\w+ (?:is|was) an? (\\w+)[.!]$", "concession", false)]
    [InlineData("(?:is|was) an? (\\w+), although [^,]*[.!]$", "concession", false)]
    [InlineData(" was almost an? (\\w+)[.!]$", "counterfactual", true)]
    public void Labels_follow_the_documented_rules(string pattern, string rule, bool flips)
    {
        string[] bad = ["bore", "chore", "mistake", "letdown", "failure", "nuisance", "mess", "disaster", "flop", "disgrace", "nightmare", "catastrophe"];
        var read = Drawn.Value.Take(50_000).Where(r => r.Rule == rule)
            .Select(r => (Review: r, Match: Regex.Match(r.Text, pattern))).Where(p => p.Match.Success).ToArray();
        read.Should().HaveCountGreaterThan(10);
        foreach ((Review review, Match match) in read)
            review.Label.Should().Be(bad.Contains(match.Groups[1].Value) == flips ? 1 : 0, review.Text);
    }

    [GeneratedRegex("[a-z]+")]
    private static partial Regex Word();

    [GeneratedRegex("[a-z]+|[^a-z ]")]
    private static partial Regex Token();
}
