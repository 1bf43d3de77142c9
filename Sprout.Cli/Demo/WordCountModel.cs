// Logistic regression on word (and bigram) counts: the yardstick that does badly on the review language.
using System.Text.RegularExpressions;
namespace Sprout.Cli.Demo;

/// <summary>Logistic regression on the counts of words, or of words and their pairs: what a model that does not read reaches.</summary>
internal sealed partial class WordCountModel
{
    private readonly Dictionary<string, int> index = [];
    private readonly int order;
    private readonly List<double> weights = [], squares = [];
    private double bias;

    /// <summary>Trains on labelled sentences.</summary>
    /// <param name="train">The sentences.</param>
    /// <param name="order">1: words; 2: pairs too.</param>
    /// <param name="epochs">Passes over them.</param>
    public WordCountModel(IReadOnlyList<Review> train, int order, int epochs)
    {
        this.order = order;
        foreach (string feature in train.SelectMany(review => Features(review.Text)))
        {
            if (!index.TryAdd(feature, index.Count)) continue;
            weights.Add(0);
            squares.Add(1e-8);
        }

        for (int epoch = 0; epoch < epochs; epoch++)
            foreach (Review review in train) Step(review);
    }

    /// <summary>The share of sentences whose label it finds.</summary>
    public double Accuracy(IReadOnlyList<Review> reviews) => reviews.Average(r => Score(Known(r.Text)) > 0 == (r.Label == 1) ? 1.0 : 0.0);

    // One AdaGrad step on one sentence, with a little L2 on the weights it touches.
    private void Step(Review review)
    {
        List<int> active = Known(review.Text);
        double error = 1 / (1 + Math.Exp(-Score(active))) - review.Label;
        bias -= 0.01 * error;
        foreach (int i in active)
        {
            double gradient = error + 0.01 * weights[i];
            squares[i] += gradient * gradient;
            weights[i] -= 0.1 * gradient / Math.Sqrt(squares[i]);
        }
    }

    private double Score(List<int> active) => bias + active.Sum(i => weights[i]);

    private List<int> Known(string text) => [.. Features(text).Where(index.ContainsKey).Select(f => index[f])];

    private IEnumerable<string> Features(string text)
    {
        string[] words = [.. Word().Matches(text).Select(m => m.Value)];
        for (int n = 1; n <= order; n++)
            for (int i = 0; i + n <= words.Length; i++) yield return string.Join(' ', words.AsSpan(i, n).ToArray());
    }

    [GeneratedRegex("[a-z]+|[^a-z ]")]
    private static partial Regex Word();
}
