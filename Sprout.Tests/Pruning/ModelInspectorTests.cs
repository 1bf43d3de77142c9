// What inspection counts, on a small BERT whose holes are known.
using Sprout.Autograd;
using Sprout.Autograd.Modules;
using Sprout.Bert.Models;
using Sprout.Bert.Models.Architectures;
using Sprout.Bert.Sources;
using Sprout.Pruning;
using Sprout.Pruning.Inspection;
using Sprout.Pruning.Methods;
using Sprout.Tensors;
using Sprout.Tensors.IO;
using Sprout.Tensors.Random;
using Sprout.Tensors.Reference;

namespace Sprout.Tests.Pruning;

public sealed class ModelInspectorTests : IDisposable
{
    private static readonly BertConfig Config = new()
    {
        VocabSize = 20, HiddenSize = 8, NumHiddenLayers = 2, NumAttentionHeads = 4, IntermediateSize = 6, MaxPositionEmbeddings = 10, TypeVocabSize = 2,
    };

    // Six matrices, their biases, two layer norms.
    private const int PrunableOfLayer = (4 * 64) + (2 * 48), UnprunedOfLayer = (4 * 8) + 6 + 8 + (4 * 8);

    private readonly ReferenceBackend backend = new();
    private readonly BertForSequenceClassification model;
    private readonly TemporaryFolder folder = new();

    public ModelInspectorTests()
    {
        model = new BertForSequenceClassification(backend, Config, 3);
        var random = new RandomStream(1, 0);
        foreach (Parameter parameter in model.Parameters()) parameter.Value.CopyFrom(SmallNet.Normal(random, parameter.Shape.Count, 1));
    }

    public void Dispose()
    {
        model.Dispose();
        backend.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void A_dense_model_is_dense()
    {
        ModelCost cost = ModelInspector.Inspect(model);
        cost.EmbeddingParameters.Should().Be((32 * 8) + 16);
        (cost.EncoderParameters, cost.UnprunedParameters).Should().Be((2 * (PrunableOfLayer + UnprunedOfLayer), 2 * UnprunedOfLayer));
        cost.Parameters.Should().Be(cost.EmbeddingParameters + cost.EncoderParameters + 72 + 27);
        (cost.NonZeros, cost.Density, cost.RemainingPercent, cost.BytesOnDisk).Should().Be((cost.Parameters, 1, 100, null));
        (cost.MacsPerToken, cost.DenseMacsPerToken).Should().Be((2 * PrunableOfLayer, 2 * PrunableOfLayer));
        cost.EncoderNonZeros.Should().Be(cost.EncoderParameters);
        // Of attention's own products each pair of tokens takes a hidden size twice, in both layers.
        (cost.MacsPerSequence(7), cost.DenseMacsPerSequence(7)).Should().Be(((2 * PrunableOfLayer * 7) + (2 * 2 * 8 * 49), cost.MacsPerSequence(7)));
        cost.Matrices.Should().HaveCount(3 + 12 + 2).And.OnlyContain(matrix => matrix.Density == 1);
        cost.Matrices.Where(matrix => matrix.IsPrunable).Should().HaveCount(12);
        cost.Layers.Should().Equal(new LayerCost(4, 0, 0, 0, 6, 0, 0), new LayerCost(4, 0, 0, 0, 6, 0, 0));
    }

    [Fact]
    public void Holes_are_found()
    {
        (AttentionMatrices attention, FeedForwardMatrices feedForward) = (model.Bert.Layers[1].Attention, model.Bert.Layers[1].FeedForward);
        Clear(attention.Value, row => row is 0 or 1);
        Clear(attention.Value, row => row is 2 or 3);
        ClearBias(attention.Value, row => row is 2 or 3);
        Clear(attention.Output, column: column => column is 4 or 5);
        Clear(attention.Key, row => row is 6 or 7);
        Clear(attention.Query, row => row == 0);
        Clear(feedForward.First, row => row is 0 or 1);
        ClearBias(feedForward.First, row => row is 1 or 2);
        Clear(feedForward.Second, column: column => column == 5);
        ModelCost cost = ModelInspector.Inspect(model);
        cost.Layers[0].Should().Be(new LayerCost(4, 0, 0, 0, 6, 0, 0));
        cost.Layers[1].Should().Be(new LayerCost(4, EmptyHeads: 3, RemovableHeads: 2, BlindHeads: 1, 6, EmptyNeurons: 3, RemovableNeurons: 2));
        int zeros = 32 + 16 + 16 + 8 + 16 + 8;
        cost.KeptWeights.Should().Be((2 * PrunableOfLayer) - zeros);
        cost.RemainingPercent.Should().Be(100.0 * (cost.EncoderParameters - zeros) / cost.EncoderParameters);
        cost.NonZeros.Should().Be(cost.Parameters - zeros - 4);
        cost.EncoderNonZeros.Should().Be(cost.EncoderParameters - zeros - 4);
        (cost.DenseMacsPerSequence(5) - cost.MacsPerSequence(5)).Should().Be(5 * zeros, "attention's products leave no head out");
        cost.Matrices.Single(matrix => matrix.Name == "bert.encoder.layer.1.attention.self.value").Should().Be(
            new MatrixCost("bert.encoder.layer.1.attention.self.value", 8, 8, 32, IsPrunable: true));
    }

    [Fact]
    public void A_folder_counts_like_the_model_it_came_from()
    {
        Clear(model.Bert.Layers[0].Attention.Value, row => row < 4);
        Config.Save(folder.Path);
        HuggingFaceFolder.SaveWeights(folder.Path, model);
        ModelCost stored = ModelInspector.Inspect(folder.Path), live = ModelInspector.Inspect(model);
        stored.BytesOnDisk.Should().Be(new FileInfo(folder.File("model.safetensors")).Length);
        stored.Should().BeEquivalentTo(live, options => options.Excluding(cost => cost.BytesOnDisk).Excluding(cost => cost.Matrices));
        stored.Matrices.Should().BeEquivalentTo(live.Matrices);

        // A bare encoder has no prefix.
        IEnumerable<Parameter> encoder = model.Parameters().Where(p => p.Name.StartsWith("bert.", StringComparison.Ordinal));
        TensorFile.Save(folder.File("model.safetensors"), encoder.Select(p => (p.Name[5..], p.Value)));
        ModelCost bare = ModelInspector.Inspect(folder.Path);
        bare.Layers.Should().Equal(live.Layers);
        (bare.EncoderParameters, bare.KeptWeights, bare.EmbeddingParameters, bare.Parameters)
            .Should().Be((live.EncoderParameters, live.KeptWeights, live.EmbeddingParameters, live.Parameters - 27));
    }

    [Fact]
    public void A_model_that_is_not_what_its_configuration_says_is_refused()
    {
        HuggingFaceFolder.SaveWeights(folder.Path, model);
        (Config with { NumHiddenLayers = 3 }).Save(folder.Path);
        Action inspect = () => ModelInspector.Inspect(folder.Path);
        inspect.Should().Throw<InputException>().WithMessage("*expected the tensor \"bert.encoder.layer.2.attention.self.query.weight\"*");
        (Config with { IntermediateSize = 7 }).Save(folder.Path);
        inspect.Should().Throw<InputException>().WithMessage("*\"bert.encoder.layer.0.intermediate.dense.weight\": expected shape [7, 8], found [6, 8].");
    }

    [Fact]
    public void A_pruned_and_folded_model_has_the_densities_that_its_pruner_reports()
    {
        using Pruner pruner = PruningMethods.CreatePruner(
            model.Encoder, new PruningOptions { Method = "magnitude", Density = 0.25, Scope = PruningScope.Global }, 10, 42)!;
        string[] parts =
            ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense", "intermediate.dense", "output.dense"];
        pruner.Matrices.Select(matrix => matrix.Name).Should().Equal(
            from layer in new[] { 0, 1 }
            from part in parts
            select $"bert.encoder.layer.{layer}.{part}");
        pruner.Fold();
        PruningReport report = pruner.Report();
        ModelCost cost = ModelInspector.Inspect(model);
        (cost.KeptWeights, cost.Density, cost.RemainingPercent).Should().Be((176, report.Density, report.RemainingPercent));
        cost.UnprunedParameters.Should().Be(report.UnprunedParameters);
        cost.Matrices.Where(matrix => matrix.IsPrunable).Select(matrix => (matrix.Name, matrix.Size, matrix.NonZeros))
            .Should().BeEquivalentTo(report.Matrices.Select(matrix => (matrix.Name, matrix.Size, matrix.Kept)));
    }

    [Fact]
    public void Options_are_checked_before_a_model_is_pruned()
    {
        Action create = () => PruningMethods.CreatePruner(model.Encoder, new PruningOptions { Method = "movement", Density = 2 }, 10, 42);
        create.Should().Throw<OptionException>().WithMessage("Density: *");
    }

    private static void Clear(Linear layer, Func<int, bool>? row = null, Func<int, bool>? column = null)
    {
        float[] values = layer.Weight.Value.ToArray();
        int columns = layer.Weight.Shape[1];
        for (int i = 0; i < values.Length; i++)
            if ((row?.Invoke(i / columns) ?? false) || (column?.Invoke(i % columns) ?? false)) values[i] = -0f;
        layer.Weight.Value.CopyFrom(values);
    }

    private static void ClearBias(Linear layer, Func<int, bool> row) =>
        layer.Bias.Value.CopyFrom([.. layer.Bias.Value.ToArray().Select((value, i) => row(i) ? 0 : value)]);
}
