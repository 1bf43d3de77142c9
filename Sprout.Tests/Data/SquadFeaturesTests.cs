// Windows over contexts and the labels in them.
using Sprout.Bert.Data;
using Sprout.Bert.Tokenization;
using Sprout.Tensors;

namespace Sprout.Tests.Data;

public class SquadFeaturesTests
{
    private static readonly LetterTokenizer Letters = new();

    private static SquadQuestion Question(string question, string context, string answer = "", int start = -1) =>
        new("id", question, context, start < 0 ? [] : [answer], start < 0 ? [] : [start]);

    private static string Show(SquadWindow window) =>
        string.Concat(window.Sequence.Ids.Select(id => id == Letters.ClsId ? "[" : id == Letters.SepId ? "|" : char.ConvertFromUtf32(id)));

    private static IReadOnlyList<SquadWindow> Cut(SquadQuestion question, int maxLength, int docStride, int maxQueryLength = 64) =>
        new SquadFeatures(Letters, maxLength, docStride, maxQueryLength).Windows([question]);

    [Fact]
    public void Windows_start_a_stride_apart_until_the_context_is_covered()
    {
        IReadOnlyList<SquadWindow> windows = Cut(Question("qr", "ab cd efg hij"), maxLength: 9, docStride: 3);
        windows.Select(Show).Should().Equal("[qr|abcd|", "[qr|defg|", "[qr|ghij|");
        windows.Should().OnlyContain(window => window.ContextStart == 4 && window.Sequence.TypeIds.SequenceEqual(new[] { 0, 0, 0, 0, 1, 1, 1, 1, 1 }));
        windows[1].Spans.Should().Equal(new TokenSpan(4, 5), new TokenSpan(6, 7), new TokenSpan(7, 8), new TokenSpan(8, 9));
    }

    [Theory]
    [InlineData("abcd", "[qr|abcd|")]
    [InlineData("abcde", "[qr|abcd|", "[qr|de|")]
    [InlineData("abc", "[qr|abc|")]
    [InlineData("", "[qr||")]
    public void The_last_window_may_be_short(string context, params string[] expected) =>
        Cut(Question("qr", context), maxLength: 9, docStride: 3).Select(Show).Should().Equal(expected);

    [Fact]
    public void A_stride_longer_than_a_window_skips_nothing() =>
        Cut(Question("qr", "abcdefg"), maxLength: 8, docStride: 128).Select(Show).Should().Equal("[qr|abc|", "[qr|def|", "[qr|g|");

    [Fact]
    public void Questions_are_cut_and_may_be_empty()
    {
        Cut(Question("qrst", "abcd"), 8, 3, maxQueryLength: 2).Select(Show).Should().Equal("[qr|abc|", "[qr|d|");
        SquadWindow window = Cut(Question("", ""), 8, 3).Should().ContainSingle().Subject;
        Show(window).Should().Be("[||");
        (window.ContextStart, window.StartLabel, window.EndLabel).Should().Be((2, 0, 0));
        window.Sequence.TypeIds.Should().Equal(0, 0, 1);
    }

    [Fact]
    public void Labels_are_the_tokens_of_the_whole_answer_or_zero()
    {
        // Tokens abcdefghij; windows abcd, defg, ghij; the answer "e fg" stands at code points 6 to 10.
        SquadQuestion question = Question("qr", "ab cd e fg hij", "e fg", 6);
        Cut(question, 9, 3).Select(w => (w.StartLabel, w.EndLabel)).Should().Equal((0, 0), (5, 7), (0, 0));
        Cut(Question("qr", "ab cd e fg hij", "a", 0), 9, 3).Select(w => (w.StartLabel, w.EndLabel)).Should().Equal((4, 4), (0, 0), (0, 0));
    }

    [Fact]
    public void An_answer_that_begins_in_no_token_has_no_label() =>
        Cut(Question("q", "ab cd", " cd", 2), 20, 3)[0].Should().Match<SquadWindow>(w => w.StartLabel == 0 && w.EndLabel == 0);

    [Fact]
    public void Offsets_are_code_points()
    {
        SquadWindow window = Cut(Question("q", "😀 𝔘b", "b", 3), 20, 3)[0];
        window.Spans[^1].Should().Be(new TokenSpan(3, 4));
        window.StartLabel.Should().Be(5);
    }

    [Fact]
    public void The_first_answer_counts()
    {
        var question = new SquadQuestion("id", "q", "ab", ["b", "a"], [1, 0]);
        Cut(question, 20, 3)[0].StartLabel.Should().Be(4);
    }

    [Fact]
    public void Questions_keep_their_order_and_share_contexts()
    {
        string context = "abcdefg";
        IReadOnlyList<SquadWindow> windows = new SquadFeatures(Letters, 8, 3).Windows([Question("qr", context), Question("s", context), Question("t", "x")]);
        windows.Select(w => w.QuestionIndex).Should().Equal(0, 0, 0, 1, 1, 2);
        windows.Select(Show).Should().Equal("[qr|abc|", "[qr|def|", "[qr|g|", "[s|abcd|", "[s|defg|", "[t|x|");
    }

    [Fact]
    public void Impossible_lengths_are_option_errors()
    {
        FluentActions.Invoking(() => Cut(Question("qrstu", "a"), 8, 3)).Should().Throw<OptionException>().WithMessage("MaxLength 8*5 tokens*");
        FluentActions.Invoking(() => new SquadFeatures(Letters, 3)).Should().Throw<OptionException>();
        FluentActions.Invoking(() => new SquadFeatures(Letters, docStride: 0)).Should().Throw<OptionException>();
        FluentActions.Invoking(() => new SquadFeatures(Letters, maxQueryLength: 0)).Should().Throw<OptionException>();
    }
}
