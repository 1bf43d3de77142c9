// A folder without empty neurons.
using Sprout.Bert.Models;
using Sprout.Bert.Models.Architectures;
using Sprout.Bert.Sources;
using Sprout.Tests.Models;
using Sprout.Tests.Training;

namespace Sprout.Tests.Export;

public sealed class UniformModelTests : IDisposable
{
    private readonly OnnxModel files = new();

    public void Dispose() => files.Dispose();

    [Theory]
    [InlineData(HiddenActivation.Gelu)]
    [InlineData(HiddenActivation.GeluTanh)]
    [InlineData(HiddenActivation.Relu)]
    public void Every_layer_has_the_neurons_of_the_fullest_and_the_logits_stay(HiddenActivation activation)
    {
        Save(TinyBert.Config() with { HiddenAct = activation }, model =>
        {
            Holes.Clear(model.Encoder.Layers[0].FeedForward.First, row => row % 2 == 0);
            Holes.Clear(model.Encoder.Layers[1].FeedForward.Second, column: column => column is 1 or 2 or 5 or 6 or 11);
            Holes.Clear(model.Encoder.Layers[0].Attention.Value, row => row < 4);
            Holes.Clear(model.Encoder.Layers[1].Attention.Output, column: column => column >= 4);
        });
        float[] expected = Logits(files.Path);
        Export().Output.Should().ContainAll("neurons = 7 of 12 a layer", "empty_heads = 2 of 4, which stay as zeros");
        using (ModelSource source = ModelSource.Open(files.Exported))
        {
            source.Config.IntermediateSize.Should().Be(7);
            source.Find("bert.encoder.layer.0.intermediate.dense.weight", "bert.")!.Extents.Should().Equal(7, 8);
            source.Find("bert.encoder.layer.1.output.dense.weight", "bert.")!.Extents.Should().Equal(8, 7);
        }

        float[] found = Logits(files.Exported);
        for (int i = 0; i < found.Length; i++) ((double)found[i]).Should().BeApproximately(expected[i], 1e-5);
    }

    [Fact]
    public void Where_all_neurons_are_empty_one_stays()
    {
        Save(TinyBert.Config(), model =>
        {
            foreach (EncoderLayer layer in model.Encoder.Layers) Holes.Clear(layer.FeedForward.First, _ => true);
        });
        float[] expected = Logits(files.Path);
        Export().Output.Should().Contain("neurons = 1 of 12 a layer");
        float[] found = Logits(files.Exported);
        for (int i = 0; i < found.Length; i++) ((double)found[i]).Should().BeApproximately(expected[i], 1e-5);
    }

    [Fact]
    public void A_model_without_empty_parts_keeps_its_bits()
    {
        Save(TinyBert.Config(), _ => { });
        Export().Output.Should().ContainAll("neurons = 12 of 12 a layer", "empty_heads = 0 of 4");
        File.ReadAllBytes(Path.Combine(files.Exported, "model.safetensors")).Should().Equal(File.ReadAllBytes(Path.Combine(files.Path, "model.safetensors")));
    }

    [Fact]
    public void With_the_pattern_the_neurons_are_a_multiple_of_what_it_needs()
    {
        BertConfig config = TinyBert.Config() with { HiddenSize = 16, IntermediateSize = 64 };
        Save(config, model =>
        {
            foreach (EncoderLayer layer in model.Encoder.Layers) Holes.Clear(layer.FeedForward.First, row => row >= 17);
        });
        Export("--pattern", "2:4").Output.Should().ContainAll("neurons = 32 of 64 a layer", "dropped = ");
        using ModelSource source = ModelSource.Open(files.Exported);
        source.Config.IntermediateSize.Should().Be(32);
        source.Tokenizer.VocabSize.Should().Be(11);
    }

    private void Save(BertConfig config, Action<TaskModel> change) =>
        files.Save(config, backend => new BertForSequenceClassification(backend, config, 2), change);

    private CommandResult Export(params string[] more)
    {
        CommandResult result = TinyRun.Run(["export", "--model", files.Path, "--remove-empty", "--output", files.Exported, .. more]);
        result.Code.Should().Be(0, result.Log);
        return result;
    }

    private float[] Logits(string path) =>
        files.Forward((config, backend) => config.CreateClassifier(backend, config.NumLabels), TinyBert.Sequences, path);
}
