// The tokenizer on a small vocabulary, with ids checked by hand.
using Sprout.Bert.Tokenization;
using Sprout.Tensors;

namespace Sprout.Tests.Tokenization;

public sealed class BertTokenizerTests : IDisposable
{
    private static readonly string[] Vocabulary =
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "un", "##aff", "##able", "##a", "the", "cafe", ",", "[", "]", "中", "##s", "Cafe", "Café", "sep"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private BertTokenizer Uncased() => BertTokenizer.FromVocab(_folder.File("vocab.txt", string.Join('\n', Vocabulary) + "\n"));

    private static int[] Ids(BertTokenizer tokenizer, string text)
    {
        var ids = new List<int>();
        tokenizer.Tokenize(text, ids);
        return [.. ids];
    }

    [Theory]
    [InlineData("", new int[0])]
    [InlineData(" \t\r\n\u00A0\u2003", new int[0])]
    [InlineData("The unaffable", new[] { 9, 5, 6, 7 })]
    [InlineData("unaffablex the", new[] { 1, 9 })]
    [InlineData("CAFÉ,cafe\u0301", new[] { 10, 11, 10 })]
    [InlineData("the中the", new[] { 9, 14, 9 })]
    [InlineData("th\u200Be\u00ad \u0000", new[] { 9 })]
    [InlineData("[MASK][SEP] [sep]", new[] { 4, 3, 12, 18, 13 })]
    [InlineData("the\uD800 \uDC00the", new[] { 9, 9 })]
    public void Ids_are_those_worked_out_by_hand(string text, int[] expected) => Ids(Uncased(), text).Should().Equal(expected);

    [Fact]
    public void A_cased_tokenizer_keeps_case_and_accents()
    {
        BertTokenizer tokenizer = BertTokenizer.FromVocab(_folder.File("vocab.txt", string.Join('\n', Vocabulary)), lowerCase: false);
        Ids(tokenizer, "Café Cafe CAFE cafe").Should().Equal(17, 16, 1, 10);
    }

    [Fact]
    public void Spans_are_in_code_points_of_the_original_text()
    {
        var ids = new List<int>();
        var spans = new List<TokenSpan>();
        Uncased().Tokenize("\U0001F600 unaffable[SEP]cafe\u0301中", ids, spans);
        ids.Should().Equal(1, 5, 6, 7, 3, 10, 14);
        spans.Should().Equal(new TokenSpan(0, 1), new(2, 4), new(4, 7), new(7, 11), new(11, 16), new(16, 20), new(21, 22));
    }

    [Fact]
    public void A_word_of_more_than_a_hundred_code_points_is_unknown()
    {
        BertTokenizer tokenizer = Uncased();
        Ids(tokenizer, "un" + new string('a', 98)).Should().HaveCount(99).And.NotContain(1);
        Ids(tokenizer, "un" + new string('a', 99)).Should().Equal(1);
    }

    [Fact]
    public void Encode_adds_the_special_tokens_and_type_ids()
    {
        TokenSequence pair = Uncased().Encode("the", "cafe, the", 128);
        pair.Ids.Should().Equal(2, 9, 3, 10, 11, 9, 3);
        pair.TypeIds.Should().Equal(0, 0, 0, 1, 1, 1, 1);
        Uncased().Encode("the cafe the", null, 4).Ids.Should().Equal(2, 9, 10, 3);
        Uncased().Encode("", null, 2).Ids.Should().Equal(2, 3);
    }

    [Fact]
    public void A_length_without_room_for_special_tokens_is_an_option_error()
    {
        FluentActions.Invoking(() => Uncased().Encode("the", null, 1)).Should().Throw<OptionException>();
        FluentActions.Invoking(() => Uncased().Encode("the", "the", 2)).Should().Throw<OptionException>();
        FluentActions.Invoking(() => Uncased().Encode("the", null, int.MinValue)).Should().Throw<OptionException>();
    }

    [Fact]
    public void Special_ids_and_tokens_can_be_asked_for()
    {
        BertTokenizer tokenizer = Uncased();
        new[] { tokenizer.PadId, tokenizer.UnkId, tokenizer.ClsId, tokenizer.SepId, tokenizer.MaskId, tokenizer.VocabSize }.Should().Equal(0, 1, 2, 3, 4, 19);
        tokenizer.TokenOf(6).Should().Be("##aff");
        tokenizer.IsWordContinuation(6).Should().BeTrue();
        tokenizer.IsWordContinuation(5).Should().BeFalse();
        FluentActions.Invoking(() => tokenizer.TokenOf(19)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => tokenizer.TokenOf(-1)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void A_saved_tokenizer_is_the_same_from_either_of_its_files()
    {
        const string text = "The unaffable [MASK] CAFÉ, <x> 中";
        var json = TokenizerJson.Of(Vocabulary, lower: false, added: TokenizerJson.Added(Vocabulary.Length, "<x>"));
        BertTokenizer tokenizer = BertTokenizer.FromTokenizerJson(_folder.File("tokenizer.json", json.ToJsonString()));
        string saved = Directory.CreateDirectory(Path.Combine(_folder.Path, "saved")).FullName;
        tokenizer.Save(saved, 24);

        Directory.GetFiles(saved).Select(Path.GetFileName)
            .Should().BeEquivalentTo("vocab.txt", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json");
        BertTokenizer again = BertTokenizer.Load(saved);
        again.VocabSize.Should().Be(20);
        Ids(again, text).Should().Equal(Ids(tokenizer, text)).And.Contain(19);

        File.Delete(Path.Combine(saved, "tokenizer.json"));
        Ids(BertTokenizer.Load(saved), "The CAFÉ Café").Should().Equal(1, 1, 17);
    }

    [Fact]
    public void The_settings_of_a_vocabulary_come_from_tokenizer_config()
    {
        _folder.File("vocab.txt", string.Join("\r\n", Vocabulary.Append("<m>")));
        _folder.File("tokenizer_config.json", """{"do_lower_case":false,"strip_accents":true,"tokenize_chinese_chars":false,"mask_token":{"content":"<m>"}}""");
        BertTokenizer tokenizer = BertTokenizer.Load(_folder.Path);
        Ids(tokenizer, "Café the中 <m> CAFE").Should().Equal(16, 1, 19, 1);
        tokenizer.MaskId.Should().Be(19);
    }

    [Fact]
    public void Many_threads_get_the_same_ids()
    {
        BertTokenizer tokenizer = Uncased();
        Parallel.For(0, 200, i => Ids(tokenizer, "The unaffable CAFÉ " + (char)(0x4E00 + i)).Should().StartWith([9, 5, 6, 7, 10]));
    }
}
