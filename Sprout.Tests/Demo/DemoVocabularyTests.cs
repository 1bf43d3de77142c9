// The demo's vocabulary: small, without repeats, and able to spell any English word.
using Sprout.Cli.Demo;

namespace Sprout.Tests.Demo;

public class DemoVocabularyTests
{
    [Fact]
    public void Special_tokens_come_first_and_every_word_and_letter_is_a_token()
    {
        IReadOnlyList<string> tokens = DemoVocabulary.Tokens;
        tokens.Take(5).Should().Equal("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");
        tokens.Should().OnlyHaveUniqueItems().And.Contain(ReviewLanguage.Words).And.Contain(ReviewLanguage.Punctuation);
        tokens.Count.Should().BeLessThanOrEqualTo(1200);
        string[] letters = [.. Enumerable.Range('a', 26).Select(c => ((char)c).ToString())];
        tokens.Should().Contain(letters).And.Contain(letters.Select(c => "##" + c));
    }

    [Fact]
    public void The_file_has_one_token_a_line() => DemoVocabulary.FileContent.Split('\n').Should().Equal(DemoVocabulary.Tokens.Append(""));
}
