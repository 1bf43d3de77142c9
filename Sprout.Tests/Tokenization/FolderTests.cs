// Tokenizer files of a folder as they are in the world: what several of them say together, and what is saved.
using System.Text.Json.Nodes;
using Sprout.Bert.Tokenization;

namespace Sprout.Tests.Tokenization;

public sealed class FolderTests : IDisposable
{
    private static readonly string[] Vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "##b", "A"];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Added_tokens_json_counts_beside_a_vocabulary()
    {
        Vocab(Vocabulary);
        folder.File("added_tokens.json", """{"<e2>":9,"<e1>":8}""");
        folder.File("special_tokens_map.json", """{"unk_token":"[UNK]","additional_special_tokens":["<e1>",{"content":"<e2>"}]}""");
        Ids("a <e1>a<e2>").Should().Equal(2, 5, 8, 5, 9, 3);
    }

    [Fact]
    public void Added_tokens_json_counts_beside_a_tokenizer_json()
    {
        folder.File("tokenizer.json", TokenizerJson.Of(Vocabulary).ToJsonString());
        folder.File("added_tokens.json", """{"[MASK]":4,"<e1>":8}""");
        Ids("a <e1>").Should().Equal(2, 5, 8, 3);
    }

    [Fact]
    public void Added_tokens_json_does_not_count_where_the_configuration_has_added_tokens()
    {
        Vocab(Vocabulary);
        folder.File("added_tokens.json", """{"<e1>":8}""");
        folder.File(
            "tokenizer_config.json",
            """{"added_tokens_decoder":{"8":{"content":"<x>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}}}""");
        Ids("<x>").Should().Equal(2, 8, 3);
        Ids("<e1>").Should().NotContain(8);
    }

    [Fact]
    public void Tokenizer_config_decides_against_tokenizer_json_and_the_tokenizer_says_so()
    {
        folder.File("tokenizer.json", TokenizerJson.Of(Vocabulary, lower: true).ToJsonString());
        Ids("A").Should().Equal(2, 5, 3);
        Load().Remarks.Should().BeEmpty();
        folder.File("tokenizer_config.json", """{"do_lower_case":false,"strip_accents":null}""");
        Ids("A").Should().Equal(2, 7, 3);
        Load().Remarks.Should().ContainSingle().Which.Should().ContainAll("tokenizer.json", "tokenizer_config.json", "do_lower_case false", "true");
    }

    [Fact]
    public void Ids_may_leave_gaps()
    {
        JsonObject json = TokenizerJson.Of(Vocabulary);
        json["model"]!["vocab"]!["a"] = 20;
        folder.File("tokenizer.json", json.ToJsonString());
        BertTokenizer tokenizer = Load();
        Ids("a A").Should().Equal(2, 20, 20, 3);
        (tokenizer.VocabSize, tokenizer.TokenOf(5), tokenizer.TokenOf(20)).Should().Be((21, "", "a"));
        BertTokenizer again = Saved(tokenizer);
        Encoded(again, "a ab").Should().Equal(Encoded(tokenizer, "a ab"));
        File.Delete(Path.Combine(folder.Path, "saved", "tokenizer.json"));
        Encoded(BertTokenizer.Load(Path.Combine(folder.Path, "saved")), "a ab").Should().Equal(Encoded(tokenizer, "a ab"));
    }

    [Fact]
    public void Of_a_token_that_is_there_twice_the_last_id_counts()
    {
        Vocab([.. Vocabulary, "a", "c"]);
        Ids("a c").Should().Equal(2, 8, 9, 3);
        string json = TokenizerJson.Of(Vocabulary).ToJsonString().Replace("\"a\":5", "\"a\":5,\"a\":8", StringComparison.Ordinal);
        folder.File("tokenizer.json", json);
        Ids("a").Should().Equal(2, 8, 3);
    }

    [Fact]
    public void Saved_special_tokens_are_those_of_the_vocabulary()
    {
        string[] vocabulary = ["<pad>", "<unk>", "<s>", "</s>", "<mask>", "a"];
        string json = TokenizerJson.Of(Vocabulary[..6]).ToJsonString();
        for (int i = 0; i < 5; i++) json = json.Replace(Vocabulary[i], vocabulary[i], StringComparison.Ordinal);
        folder.File("tokenizer.json", json);
        JsonObject unnamed = SavedJson(Load(), "special_tokens_map.json");
        unnamed.Select(pair => pair.Key).Should().Equal("unk_token", "sep_token", "cls_token", "additional_special_tokens");
        unnamed["additional_special_tokens"]!.AsArray().Select(token => token!.GetValue<string>()).Should().Equal("<pad>", "<mask>");
        folder.File("tokenizer_config.json", """{"pad_token":"<pad>","mask_token":{"content":"<mask>"}}""");
        BertTokenizer tokenizer = Load();
        (tokenizer.PadId, tokenizer.MaskId).Should().Be((0, 4));
        SavedJson(tokenizer, "special_tokens_map.json").Select(pair => $"{pair.Key}={pair.Value}")
            .Should().Equal("unk_token=<unk>", "sep_token=</s>", "pad_token=<pad>", "cls_token=<s>", "mask_token=<mask>");
    }

    [Fact]
    public void A_special_token_that_there_is_not_is_saved_as_none()
    {
        Vocab(["[UNK]", "[CLS]", "[SEP]", "a"]);
        JsonObject config = SavedJson(Load(), "tokenizer_config.json");
        config.ContainsKey("mask_token").Should().BeTrue();
        config["mask_token"].Should().BeNull();
        SavedJson(Load(), "special_tokens_map.json").ContainsKey("mask_token").Should().BeFalse();
    }

    [Theory]
    [InlineData(null, 24)]
    [InlineData("512", 24)]
    [InlineData("16", 16)]
    [InlineData("1000000000000000019884624838656", 24)]
    public void The_saved_length_is_no_longer_than_the_model(string? said, int saved)
    {
        Vocab(Vocabulary);
        if (said is not null) folder.File("tokenizer_config.json", $$"""{"model_max_length":{{said}}}""");
        SavedJson(Load(), "tokenizer_config.json")["model_max_length"]!.GetValue<int>().Should().Be(saved);
    }

    [Fact]
    public void Added_tokens_are_saved_for_either_file()
    {
        Vocab(Vocabulary);
        folder.File("added_tokens.json", """{"<e1>":8}""");
        BertTokenizer tokenizer = Load();
        Encoded(Saved(tokenizer), "a<e1>").Should().Equal(2, 5, 8, 3);
        File.Delete(Path.Combine(folder.Path, "saved", "tokenizer.json"));
        Encoded(BertTokenizer.Load(Path.Combine(folder.Path, "saved")), "a<e1>").Should().Equal(2, 5, 8, 3);
    }

    private static int[] Encoded(BertTokenizer tokenizer, string text) => tokenizer.Encode(text, null, 16).Ids;

    private void Vocab(string[] tokens) => folder.File("vocab.txt", string.Join('\n', tokens) + "\n");

    private BertTokenizer Load() => BertTokenizer.Load(folder.Path);

    private int[] Ids(string text) => Encoded(Load(), text);

    private BertTokenizer Saved(BertTokenizer tokenizer)
    {
        string saved = Directory.CreateDirectory(Path.Combine(folder.Path, "saved")).FullName;
        tokenizer.Save(saved, 24);
        return BertTokenizer.Load(saved);
    }

    private JsonObject SavedJson(BertTokenizer tokenizer, string name)
    {
        Saved(tokenizer);
        return JsonNode.Parse(File.ReadAllText(Path.Combine(folder.Path, "saved", name)))!.AsObject();
    }
}
