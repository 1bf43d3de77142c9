// The search for the best span.
using Sprout.Bert.Data;
using Sprout.Tensors;

namespace Sprout.Tests.Data;

public class SquadAnswersTests
{
    private const string Context = "ab cd 😀f";

    private static readonly IReadOnlyList<SquadWindow> Windows =
        new SquadFeatures(new LetterTokenizer(), 7, 2).Windows([new SquadQuestion("id", "q", Context, [], [])]);

    // Windows "abc", "cde", "ef" with e an emoji, each behind [CLS] q [SEP] and before [SEP]; the logits outside are traps.
    private static float[] Logits(params float[] context) => [99, 99, 99, .. context, 99];

    private static SquadAnswer Best(float[][] starts, float[][] ends, int nBest = 20, int maxAnswerLength = 30) =>
        new SquadAnswers(nBest, maxAnswerLength).Best(Context, Windows, [.. starts.Select(Logits)], [.. ends.Select(Logits)]);

    [Fact]
    public void The_best_window_wins_and_the_text_is_cut_by_code_points()
    {
        Best([[0, 0, 0], [0, 1, 0], [3, 0]], [[0, 0, 1], [0, 0, 2], [0, 4]]).Should().Be(new SquadAnswer("😀f", 6, 8, 7));
        Best([[0, 5, 0], [0, 1, 0], [3, 0]], [[0, 0, 4], [0, 0, 2], [0, 4]]).Should().Be(new SquadAnswer("b c", 1, 4, 9));
    }

    [Fact]
    public void Ends_are_not_before_starts_and_spans_not_too_long()
    {
        float[][] starts = [[0, 0, 9], [0, 0, 0], [0, 0]], ends = [[9, 0, 0], [0, 0, 0], [0, 0]];
        Best(starts, ends).Should().Be(new SquadAnswer("a", 0, 1, 9));
        float[][] long1 = [[9, 0, 0], [0, 0, 0], [0, 0]], long2 = [[0, 1, 9], [0, 0, 0], [0, 0]];
        Best(long1, long2, maxAnswerLength: 3).Text.Should().Be("ab c");
        Best(long1, long2, maxAnswerLength: 2).Text.Should().Be("ab");
        Best(long1, long2, maxAnswerLength: 1).Should().Be(new SquadAnswer("a", 0, 1, 9));
    }

    [Fact]
    public void Only_the_n_best_are_combined()
    {
        float[][] starts = [[1, 2, 9], [-9, -9, -9], [-9, -9]], ends = [[9, 3, 2], [-9, -9, -9], [-9, -9]];
        Best(starts, ends, nBest: 3).Score.Should().Be(11);
        // Best start c and best end a do not fit together; the other windows do.
        Best(starts, ends, nBest: 1).Score.Should().Be(-18);
        Best(starts, ends, nBest: 2).Text.Should().Be("b");
    }

    [Fact]
    public void The_first_of_equal_sums_wins()
    {
        Best([[0, 0, 0], [0, 0, 0], [0, 0]], [[0, 0, 0], [0, 0, 0], [0, 0]]).Should().Be(new SquadAnswer("a", 0, 1, 0));
        Best([[1, 2, 0], [2, 0, 0], [0, 0]], [[0, 0, 1], [1, 0, 0], [0, 0]]).Text.Should().Be("b c");
        Best([[-1, 1, 2], [0, 0, 0], [0, 0]], [[-9, 2, 1], [0, 0, 0], [0, 0]]).Text.Should().Be("b");
    }

    [Fact]
    public void No_context_gives_an_empty_answer()
    {
        IReadOnlyList<SquadWindow> windows = new SquadFeatures(new LetterTokenizer(), 7).Windows([new SquadQuestion("id", "q", "", [], [])]);
        new SquadAnswers().Best("", windows, [[1, 2, 3, 4]], [[1, 2, 3, 4]]).Should().Be(new SquadAnswer("", 0, 0, 0));
        float[] nan = [float.NaN, float.NaN, float.NaN];
        Best([nan, nan, nan[..2]], [nan, nan, nan[..2]]).Text.Should().BeEmpty();
    }

    [Fact]
    public void A_random_search_agrees_with_trying_everything()
    {
        var random = new Random(7);
        for (int trial = 0; trial < 200; trial++)
        {
            float[][] starts = [.. Windows.Select(w => w.Spans.Select(_ => random.Next(6) / 2f).ToArray())];
            float[][] ends = [.. Windows.Select(w => w.Spans.Select(_ => random.Next(6) / 2f).ToArray())];
            int longest = 1 + random.Next(3);
            var all = from w in Enumerable.Range(0, Windows.Count)
                      from s in Enumerable.Range(0, starts[w].Length)
                      from e in Enumerable.Range(s, Math.Min(longest, starts[w].Length - s))
                      select (Score: starts[w][s] + ends[w][e], Windows[w].Spans[s].Start, Windows[w].Spans[e].End);
            var first = all.MaxBy(span => span.Score);
            SquadAnswer best = Best(starts, ends, maxAnswerLength: longest);
            (best.Score, best.Start, best.End).Should().Be((first.Score, first.Start, first.End));
        }
    }

    [Fact]
    public void Wrong_sizes_are_errors()
    {
        FluentActions.Invoking(() => new SquadAnswers(0)).Should().Throw<OptionException>();
        FluentActions.Invoking(() => new SquadAnswers(1, 0)).Should().Throw<OptionException>();
        FluentActions.Invoking(() => new SquadAnswers().Best(Context, Windows, [], [])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => Best([[], [], []], [[], [], []])).Should().Throw<ArgumentException>();
    }
}
