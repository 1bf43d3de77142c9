// Labelled train and dev sets of the review language and its unlabelled corpus, with the dev sentences held out of both.
namespace Sprout.Cli.Demo;

/// <summary>The data of the demo: distinct sentences in balanced sets, and a corpus for masked-LM pre-training.</summary>
internal sealed class ReviewSets
{
    private const ulong DevStream = 1, TrainStream = 2, CorpusStream = 3;

    private readonly HashSet<string> devTexts;

    private ReviewSets(IReadOnlyList<Review> train, IReadOnlyList<Review> dev)
    {
        (Train, Dev) = (train, dev);
        devTexts = [.. dev.Select(r => r.Text)];
    }

    /// <summary>Labelled training sentences, all distinct, half of each label (one more positive when the count is odd).</summary>
    public IReadOnlyList<Review> Train { get; }

    /// <summary>Labelled sentences to measure on, all distinct, half of each label; none occurs in <see cref="Train"/>.</summary>
    public IReadOnlyList<Review> Dev { get; }

    /// <summary>Both sets of <paramref name="seed"/>; the dev set does not depend on <paramref name="trainCount"/>.</summary>
    public static ReviewSets Create(ulong seed, int trainCount, int devCount)
    {
        var taken = new HashSet<string>();
        List<Review> dev = Draw(new ReviewLanguage(seed, DevStream), devCount, taken);
        List<Review> train = Draw(new ReviewLanguage(seed, TrainStream), trainCount, taken);
        return new ReviewSets(train, dev);
    }

    /// <summary>Unlabelled sentences, <paramref name="count"/> of them, drawn as they are enumerated; none occurs in <see cref="Dev"/>.</summary>
    public IEnumerable<string> Corpus(ulong seed, int count)
    {
        var language = new ReviewLanguage(seed, CorpusStream);
        for (int given = 0; given < count;)
        {
            string text = language.Next().Text;
            if (devTexts.Contains(text)) continue;
            given++;
            yield return text;
        }
    }

    private static List<Review> Draw(ReviewLanguage language, int count, HashSet<string> taken)
    {
        var reviews = new List<Review>(count);
        int[] left = [count / 2, count - count / 2];
        while (reviews.Count < count)
        {
            Review review = language.Next();
            if (left[review.Label] == 0 || !taken.Add(review.Text)) continue;
            left[review.Label]--;
            reviews.Add(review);
        }
        return reviews;
    }
}
