// Hostile tokenizer files: each is refused with one sentence that says where and why.
using System.Text.Json.Nodes;
using Sprout.Bert.Tokenization;
using Sprout.Tensors;

namespace Sprout.Tests.Tokenization;

public sealed class BadInputsTests : IDisposable
{
    private static readonly string[] Vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "##b"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static void Refused(Action load, params string[] says)
    {
        string message = load.Should().Throw<InputException>().Which.Message;
        message.Should().ContainAll(says).And.NotContain("\n");
    }

    [Theory]
    [InlineData("model.type", "\"BPE\"", "model.type: expected \"WordPiece\", found \"BPE\"")]
    [InlineData("model.continuing_subword_prefix", "\"@@\"", "found \"@@\"")]
    [InlineData("model.max_input_chars_per_word", "1e300", "expected an integer from 0 to 2147483647, found 1e300")]
    [InlineData("model.max_input_chars_per_word", "-1", "found -1")]
    [InlineData("model.max_input_chars_per_word", "10001", "expected an integer from 0 to 10000, found 10001")]
    [InlineData("model.unk_token", "\"<unk>\"", "the unknown token '<unk>' is not in the vocabulary")]
    [InlineData("model.unk_token", "\"\\ud800\"", "expected valid Unicode")]
    [InlineData("model.vocab", "[]", "model.vocab: expected an object, found an array")]
    [InlineData("model.vocab", "{}", "the vocabulary is empty")]
    [InlineData("model.vocab", "null", "model.vocab: expected an object, found null")]
    [InlineData("model.vocab.a", "4", "model.vocab.a: expected an id of its own, found 4, the id of '[MASK]'")]
    [InlineData("model.vocab.a", "65536", "model.vocab.a: expected an id below 65536 in a vocabulary of 7 tokens, found 65536")]
    [InlineData("model.vocab.a", "99999999999", "model.vocab.a: expected an integer")]
    [InlineData("model.vocab.a", "-5", "model.vocab.a: expected an integer")]
    [InlineData("model.vocab.a", "\"5\"", "model.vocab.a: expected an integer")]
    [InlineData("model.vocab", "{\"[UNK]\":0,\"[CLS]\":1}", "added_tokens: expected id")]
    [InlineData("normalizer", "null", "normalizer: expected an object, found null")]
    [InlineData("normalizer.type", "\"NFKC\"", "normalizer.type: expected \"BertNormalizer\", found \"NFKC\"")]
    [InlineData("normalizer.lowercase", "1", "normalizer.lowercase: expected true or false, found 1")]
    [InlineData("normalizer.strip_accents", "\"no\"", "normalizer.strip_accents")]
    [InlineData("pre_tokenizer.type", "\"ByteLevel\"", "pre_tokenizer.type: expected \"BertPreTokenizer\"")]
    [InlineData("post_processor", "null", "post_processor: expected an object")]
    [InlineData("post_processor.type", "\"RobertaProcessing\"", "post_processor.type")]
    [InlineData("post_processor.cls", "[]", "post_processor.cls: expected a token and its id")]
    [InlineData("post_processor.cls", "[\"<s>\",0]", "the special token '<s>' is not in the vocabulary")]
    [InlineData(
        "post_processor", """{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":0}}],"pair":[]}""",
        "post_processor.single: expected [CLS]:0 A:0 [SEP]:0, found A:0")]
    [InlineData("added_tokens", "{}", "added_tokens: expected an array")]
    [InlineData("added_tokens", "[7]", "added_tokens[0].id")]
    [InlineData(
        "added_tokens", """[{"id":3,"content":"[MASK]","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}]""",
        "added_tokens: expected id 4 for '[MASK]', found 3")]
    [InlineData(
        "added_tokens", """[{"id":9,"content":"x","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}]""",
        "added_tokens: expected id 7 for 'x', found 9")]
    [InlineData(
        "added_tokens", """[{"id":7,"content":"","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}]""",
        "added_tokens[0].content: expected a token")]
    public void A_wrong_field_is_named(string path, string value, string says)
    {
        JsonObject json = TokenizerJson.Of(Vocabulary);
        string[] names = path.Split('.');
        JsonObject parent = names[..^1].Aggregate(json, (at, name) => at[name]!.AsObject());
        parent[names[^1]] = "@here";
        string file = _folder.File("tokenizer.json", json.ToJsonString().Replace("\"@here\"", value, StringComparison.Ordinal));
        Refused(() => BertTokenizer.Load(_folder.Path), file, says);
    }

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        string whole = TokenizerJson.Of(Vocabulary).ToJsonString();
        for (int length = 0; length < whole.Length; length++)
        {
            string file = _folder.File("tokenizer.json", whole[..length]);
            Refused(() => BertTokenizer.FromTokenizerJson(file), file, "expected JSON, found an error at line");
        }
    }

    [Fact]
    public void Damaged_bytes_never_throw_anything_else()
    {
        byte[] whole = System.Text.Encoding.UTF8.GetBytes(TokenizerJson.Of(Vocabulary).ToJsonString());
        var random = new Random(3);
        for (int i = 0; i < 3000; i++)
        {
            byte[] damaged = [.. whole];
            for (int k = random.Next(1, 4); k > 0; k--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            string file = _folder.File("tokenizer.json", damaged);
            try
            {
                BertTokenizer.FromTokenizerJson(file).Encode("a [MASK] ab é", "ab", 9);
            }
            catch (InputException e)
            {
                e.Message.Should().StartWith(file);
            }
        }
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("\"tokenizer\"")]
    public void JSON_of_another_shape_is_refused(string content)
    {
        string file = _folder.File("tokenizer.json", content);
        Refused(() => BertTokenizer.FromTokenizerJson(file), file, "expected an object");
    }

    [Theory]
    [InlineData("", "the vocabulary is empty")]
    [InlineData("[CLS]\n[SEP]\na\n", "'[UNK]' is not in the vocabulary of 3 tokens")]
    [InlineData("[UNK]\n[SEP]\na\n", "'[CLS]' is not in the vocabulary")]
    [InlineData("[UNK]\n[CLS]\na\n", "'[SEP]' is not in the vocabulary")]
    public void A_vocabulary_without_what_it_needs_is_refused(string content, string says)
    {
        string file = _folder.File("vocab.txt", content);
        Refused(() => BertTokenizer.Load(_folder.Path), file, says);
    }

    [Fact]
    public void A_vocabulary_that_is_not_UTF8_is_refused()
    {
        string file = _folder.File("vocab.txt", [.. "[UNK]\nx"u8, 0xC3, 0x28, 0x0A]);
        Refused(() => BertTokenizer.FromVocab(file), file, "line 2: expected UTF-8");
    }

    [Fact]
    public void What_is_no_file_is_refused()
    {
        Refused(() => BertTokenizer.Load(_folder.Path), _folder.Path, "found neither");
        Refused(() => BertTokenizer.Load(Path.Combine(_folder.Path, "absent")), "found neither");
        Refused(() => BertTokenizer.FromVocab(_folder.Path), _folder.Path, "found a folder");
        Refused(() => BertTokenizer.FromTokenizerJson(_folder.Path), _folder.Path, "found a folder");
        Refused(() => BertTokenizer.FromTokenizerJson(Path.Combine(_folder.Path, "absent")), "found none");
    }

    [Theory]
    [InlineData("""{"do_lower_case":"yes"}""", "do_lower_case: expected true or false")]
    [InlineData("""{"cls_token":5}""", "cls_token: expected an object")]
    [InlineData("""{"cls_token":{}}""", "cls_token.content: expected a string")]
    [InlineData("""{"added_tokens_decoder":{"x":{}}}""", "expected an id as its name")]
    public void A_wrong_tokenizer_config_is_refused(string config, string says)
    {
        _folder.File("vocab.txt", string.Join('\n', Vocabulary));
        string file = _folder.File("tokenizer_config.json", config);
        Refused(() => BertTokenizer.Load(_folder.Path), file, says);
    }
}
