// config.json: what is read, what is kept, and a sentence for each value that makes no model.
using System.Text.Json.Nodes;
using Sprout.Bert.Models;
using Sprout.Bert.Models.Architectures;
using Sprout.Tensors;
using Sprout.Tensors.Random;

namespace Sprout.Tests.Models;

public sealed class BertConfigTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Absent_keys_have_the_defaults_of_transformers()
    {
        BertConfig config = Read("""{"model_type":"bert"}""");
        config.Should().BeEquivalentTo(new BertConfig(), options => options.Excluding(c => c.Extra));
        (config.VocabSize, config.HiddenSize, config.NumHiddenLayers, config.NumAttentionHeads, config.IntermediateSize)
            .Should().Be((30522, 768, 12, 12, 3072));
        (config.HeadSize, config.NumLabels, config.LayerNormEps, config.PadTokenId).Should().Be((64, 2, 1e-12, 0));
    }

    [Fact]
    public void Every_key_is_read()
    {
        BertConfig config = Read("""
            {"vocab_size":100,"hidden_size":12,"num_hidden_layers":3,"num_attention_heads":4,"intermediate_size":48,"hidden_act":"gelu_new",
             "hidden_dropout_prob":0.2,"attention_probs_dropout_prob":0,"classifier_dropout":0.3,"max_position_embeddings":64,"type_vocab_size":1,
             "layer_norm_eps":1e-5,"initializer_range":0.1,"pad_token_id":3,"problem_type":"regression","architectures":["BertModel"],
             "id2label":{"1":"yes","0":"no"},"label2id":{"yes":1,"no":0},"model_type":"bert","position_embedding_type":"absolute",
             "pruned_heads":{},"is_decoder":false}
            """);
        config.Should().BeEquivalentTo(new BertConfig
        {
            VocabSize = 100, HiddenSize = 12, NumHiddenLayers = 3, NumAttentionHeads = 4, IntermediateSize = 48, HiddenAct = HiddenActivation.GeluTanh,
            HiddenDropoutProb = 0.2, AttentionProbsDropoutProb = 0, ClassifierDropout = 0.3, MaxPositionEmbeddings = 64, TypeVocabSize = 1,
            LayerNormEps = 1e-5, InitializerRange = 0.1, PadTokenId = 3, ProblemType = "regression", Architectures = ["BertModel"],
            Id2Label = ["no", "yes"], Label2Id = new Dictionary<string, int> { ["yes"] = 1, ["no"] = 0 },
        }, options => options.Excluding(c => c.Extra));
    }

    [Theory]
    [InlineData("gelu", HiddenActivation.Gelu)]
    [InlineData("gelu_new", HiddenActivation.GeluTanh)]
    [InlineData("gelu_pytorch_tanh", HiddenActivation.GeluTanh)]
    [InlineData("relu", HiddenActivation.Relu)]
    public void Activations_are_named_as_in_transformers(string name, HiddenActivation expected) =>
        Read($$"""{"hidden_act":"{{name}}"}""").HiddenAct.Should().Be(expected);

    [Fact]
    public void Labels_complete_each_other()
    {
        Read("""{"id2label":{"0":"a","1":"b","2":"c"}}""").Label2Id.Should().BeEquivalentTo(new Dictionary<string, int> { ["a"] = 0, ["b"] = 1, ["c"] = 2 });
        Read("""{"label2id":{"b":1,"a":0}}""").Id2Label.Should().Equal("a", "b");
        Read("""{"num_labels":3}""").Id2Label.Should().Equal("LABEL_0", "LABEL_1", "LABEL_2");
        Read("""{"num_labels":1}""").NumLabels.Should().Be(1);
        Read("{}").Id2Label.Should().BeNull();
    }

    [Fact]
    public void Saving_keeps_what_Sprout_does_not_know()
    {
        BertConfig config = Read("""
            {"model_type":"bert","hidden_act":"relu","use_cache":true,"torch_dtype":"float16","transformers_version":"4.8.2",
             "finetuning_task":"größe","nested":{"b":[1,2.5,null],"a":{}},"architectures":["BertModel"],"id2label":{"0":"x"}}
            """);
        (config with { Architectures = ["BertForSequenceClassification"], HiddenDropoutProb = 0.25 }).Save(folder.Path);
        string text = File.ReadAllText(folder.File("config.json"));
        text.Should().EndWith("}\n").And.Contain("\"finetuning_task\": \"größe\"");
        JsonObject json = JsonNode.Parse(text)!.AsObject();
        json.Select(pair => pair.Key).Should().BeInAscendingOrder(StringComparer.Ordinal);
        json["use_cache"]!.GetValue<bool>().Should().BeTrue();
        json["nested"]!.ToJsonString().Should().Be("""{"b":[1,2.5,null],"a":{}}""");
        json["torch_dtype"]!.GetValue<string>().Should().Be("float32", "that is what Sprout stores");
        json["model_type"]!.GetValue<string>().Should().Be("bert");
        json["hidden_dropout_prob"]!.GetValue<double>().Should().Be(0.25);
        json["architectures"]!.ToJsonString().Should().Be("""["BertForSequenceClassification"]""");
        BertConfig again = Load(folder.Path);
        again.HiddenAct.Should().Be(HiddenActivation.Relu);
        again.Save(folder.Path);
        File.ReadAllText(folder.File("config.json")).Should().Be(text);
    }

    [Theory]
    [InlineData("""{"model_type":"roberta"}""", "model_type: expected \"bert\", found \"roberta\"")]
    [InlineData("""{"position_embedding_type":"relative_key"}""", "position_embedding_type: expected \"absolute\"")]
    [InlineData("""{"is_decoder":true}""", "is_decoder")]
    [InlineData("""{"pruned_heads":{"0":[1]}}""", "pruned_heads")]
    [InlineData("""{"hidden_act":"silu"}""", "hidden_act: expected one of gelu, gelu_new, gelu_pytorch_tanh, relu, found \"silu\"")]
    [InlineData("""{"hidden_size":0}""", "hidden_size: expected an integer from 1")]
    [InlineData("""{"hidden_size":-768}""", "found -768")]
    [InlineData("""{"hidden_size":768.0}""", "hidden_size: expected an integer, found 768.0")]
    [InlineData("""{"hidden_size":"768"}""", "hidden_size: expected an integer, found \"768\"")]
    [InlineData("""{"hidden_size":99999999999}""", "hidden_size: expected an integer")]
    [InlineData("""{"hidden_size":770}""", "hidden_size: expected a multiple of num_attention_heads 12, found 770")]
    [InlineData("""{"num_attention_heads":769}""", "num_attention_heads: expected an integer from 1 to 768")]
    [InlineData("""{"vocab_size":2147483647}""", "vocab_size: expected at most 2147483647 elements")]
    [InlineData("""{"intermediate_size":3000000}""", "intermediate_size: expected at most")]
    [InlineData("""{"num_hidden_layers":1025}""", "num_hidden_layers: expected an integer from 1 to 1024")]
    [InlineData("""{"pad_token_id":30522}""", "pad_token_id: expected an integer from 0 to 30521")]
    [InlineData("""{"hidden_dropout_prob":1}""", "hidden_dropout_prob: expected a probability")]
    [InlineData("""{"classifier_dropout":-0.1}""", "classifier_dropout: expected a probability")]
    [InlineData("""{"attention_probs_dropout_prob":"0.1"}""", "attention_probs_dropout_prob: expected a number")]
    [InlineData("""{"layer_norm_eps":0}""", "layer_norm_eps: expected a number above 0")]
    [InlineData("""{"layer_norm_eps":1e999}""", "layer_norm_eps")]
    [InlineData("""{"initializer_range":-1}""", "initializer_range")]
    [InlineData("""{"problem_type":"ranking"}""", "problem_type: expected one of regression")]
    [InlineData("""{"architectures":"BertModel"}""", "architectures: expected a list of strings")]
    [InlineData("""{"id2label":{"1":"a"}}""", "id2label: expected an object with the keys")]
    [InlineData("""{"id2label":{"0":[7]}}""", "id2label")]
    [InlineData("""{"id2label":{"0":"a","1":"a"}}""", "id2label: expected every name once")]
    [InlineData("""{"id2label":{}}""", "id2label: expected at least one label")]
    [InlineData("""{"label2id":{"a":1}}""", "label2id: expected the ids from 0 on")]
    [InlineData("""{"id2label":{"0":"a"},"label2id":{"a":1}}""", "label2id: expected the inverse of id2label, which has the id 0 for \"a\", found 1")]
    [InlineData("""{"id2label":{"0":"a","1":"b"},"label2id":{"a":1,"b":0}}""", "the inverse of id2label, which has the id 0 for \"a\", found 1")]
    [InlineData("""{"id2label":{"0":"a","1":"b"},"label2id":{"a":0,"c":1}}""", "the inverse of id2label, which has no \"c\", found 1")]
    [InlineData("""{"id2label":{"0":"a","1":"b"},"label2id":{"a":0}}""", "the inverse of id2label, which has the id 1 for \"b\", found none")]
    [InlineData("""{"id2label":{"0":"a","1":"a"},"label2id":{"a":0,"b":1}}""", "id2label: expected every name once, found \"a\" twice")]
    [InlineData("""{"num_labels":0}""", "num_labels")]
    [InlineData("""{"sprout_layers":7}""", "sprout_layers: expected a list of objects with the integers heads and neurons, found 7")]
    [InlineData("""{"sprout_layers":[{"heads":1}]}""", "found {\"heads\":1}.")]
    [InlineData("""{"sprout_layers":[{"heads":1,"neurons":1,"width":1}]}""", "sprout_layers: expected a list of objects")]
    [InlineData("""{"sprout_layers":[null]}""", "found null")]
    [InlineData("""{"sprout_layers":[{"heads":1.5,"neurons":1}]}""", "sprout_layers: expected a list of objects")]
    [InlineData("""{"sprout_layers":[{"heads":1,"neurons":99999999999}]}""", "sprout_layers: expected a list of objects")]
    [InlineData("""{"sprout_layers":[]}""", "sprout_layers: expected the sizes of 12 layers, as num_hidden_layers has it, found 0")]
    [InlineData(
        """{"num_hidden_layers":1,"sprout_layers":[{"heads":13,"neurons":0}]}""", "sprout_layers: layer 0: heads: expected an integer from 0 to 12, found 13")]
    [InlineData("""{"num_hidden_layers":1,"sprout_layers":[{"heads":-1,"neurons":0}]}""", "found -1")]
    [InlineData(
        """{"num_hidden_layers":1,"sprout_layers":[{"heads":0,"neurons":3073}]}""", "layer 0: neurons: expected an integer from 0 to 3072, found 3073")]
    [InlineData("""{"vocab_size":1,"vocab_size":2}""", "valid JSON")]
    [InlineData("""[]""", "expected a JSON object")]
    [InlineData("", "valid JSON")]
    [InlineData("{\n\"hidden_size\": 7", "line 2: expected valid JSON")]
    [InlineData("""{"hidden_act":"\ud800"}""", "Unicode")]
    public void Wrong_values_are_refused_with_a_sentence(string json, string expected) =>
        FluentActions.Invoking(() => Read(json)).Should().Throw<InputException>()
            .Which.Message.Should().StartWith(folder.File("config.json")).And.Contain(expected);

    [Theory]
    [InlineData("""{"id2label":{"0":"a","1":"b"},"label2id":{"LABEL_0":0,"LABEL_1":1}}""")]
    [InlineData("""{"id2label":{"0":"LABEL_0","1":"LABEL_1"},"label2id":{"b":1,"a":0}}""")]
    [InlineData("""{"id2label":{"0":"a","1":"b"},"label2id":{"b":1,"a":0}}""")]
    public void Made_up_label_names_contradict_nothing(string json)
    {
        ModelConfig config = Read(json);
        config.Id2Label.Should().Equal("a", "b");
        config.Label2Id.Should().BeEquivalentTo(new Dictionary<string, int> { ["a"] = 0, ["b"] = 1 });
    }

    [Fact]
    public void Sizes_of_layers_are_read_and_written()
    {
        BertConfig config = Read("""{"num_hidden_layers":2,"sprout_layers":[{"neurons":5,"heads":12},{"heads":0,"neurons":3072}]}""");
        config.SproutLayers.Should().Equal(new LayerSize(12, 5), new LayerSize(0, 3072));
        (config.RemovedHeads, config.RemovedNeurons, config.SizeOf(1)).Should().Be((12, 3067, new LayerSize(0, 3072)));
        config.Save(folder.Path);
        Load(folder.Path).Should().BeEquivalentTo(config);
        (config with { SproutLayers = null }).Save(folder.Path);
        File.ReadAllText(folder.File("config.json")).Should().NotContain("sprout");
        Load(folder.Path).SizeOf(1).Should().Be(new LayerSize(12, 3072));
    }

    [Fact]
    public void A_missing_file_is_an_input_error() =>
        FluentActions.Invoking(() => Load(folder.Path)).Should().Throw<InputException>().WithMessage("*config.json: expected a file, found none.");

    [Fact]
    public void Any_damage_is_an_input_error_or_a_valid_configuration()
    {
        var good = new BertConfig { Id2Label = ["a", "b"], Label2Id = new Dictionary<string, int> { ["a"] = 0, ["b"] = 1 }, Architectures = ["BertModel"] };
        good.Save(folder.Path);
        byte[] valid = File.ReadAllBytes(folder.File("config.json"));
        var random = new RandomStream(7, 0);
        for (int i = 0; i < 3000; i++)
        {
            byte[] bytes = [.. valid];
            if (i % 5 == 0) bytes = bytes[..random.NextInt(bytes.Length)];
            else
            {
                for (int n = 0; n <= i % 3; n++)
                    bytes[random.NextInt(bytes.Length)] = i % 2 == 0 ? (byte)random.NextUInt() : (byte)"0123456789-.e{}[],\":\\"[random.NextInt(21)];
            }
            File.WriteAllBytes(folder.File("config.json"), bytes);
            try
            {
                Load(folder.Path).Check("again");
            }
            catch (InputException)
            {
                // The only error there may be.
            }
        }
    }

    [SharedFact]
    public void A_real_configuration_loads_and_survives_saving()
    {
        BertConfig config = Load(Path.Combine(SharedData.Folder!, "models", "all-MiniLM-L6-v2"));
        (config.HiddenSize, config.NumHiddenLayers, config.NumAttentionHeads, config.IntermediateSize, config.VocabSize).Should().Be((384, 6, 12, 1536, 30522));
        config.Architectures.Should().Equal("BertModel");
        config.Save(folder.Path);
        Load(folder.Path).Should().BeEquivalentTo(config, options => options.Excluding(c => c.Extra));
        JsonNode.DeepEquals(Load(folder.Path).Extra, config.Extra).Should().BeTrue();
    }

    private BertConfig Read(string json)
    {
        File.WriteAllText(folder.File("config.json"), json);
        return Load(folder.Path);
    }

    private static BertConfig Load(string folder) => BertConfig.FromFile(Path.Combine(folder, ModelConfig.FileName));
}
