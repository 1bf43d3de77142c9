// Gradients of whole models against differences.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Autograd.Modules;
using Sprout.Bert.Models;
using Sprout.Bert.Models.Architectures;
using Sprout.Tensors;
using Sprout.Tensors.Reference;
using Sprout.Tests.Conformance;
using Sprout.Tests.Functions;

namespace Sprout.Tests.Models;

public sealed class ModelGradientTests : IDisposable
{
    // Two layers bend more than one function, so the step is smaller; rounding through twenty kernels to a loss of about 10 is larger.
    private const float Step = 1f / 64;
    private const double Tolerance = 3e-4;
    private const int ElementsPerParameter = 6;

    private readonly ReferenceBackend backend = new();
    private readonly Scene scene;
    private readonly Batch batch;

    public ModelGradientTests()
    {
        scene = new Scene(backend);
        batch = Batch.Pack(backend, TinyBert.Sequences);
    }

    public void Dispose()
    {
        batch.Dispose();
        scene.Dispose();
        backend.LiveBytes.Should().Be(0);
        backend.Dispose();
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.2)]
    public void Sequence_classification(double dropout)
    {
        using BertForSequenceClassification model = TinyBert.Randomise(new BertForSequenceClassification(backend, TinyBert.Config(dropout), 3));
        IntTensor offsets = scene.Integers(0, 3, 6, 9), targets = scene.Integers(2, 0, 1);
        Check(model, tape => Loss(tape, model.Forward(tape, batch), offsets, targets));
        Check(model, tape => model.Forward(tape, batch));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.2)]
    public void Question_answering(double dropout)
    {
        using BertForQuestionAnswering model = TinyBert.Randomise(new BertForQuestionAnswering(backend, TinyBert.Config(dropout)));
        IntTensor offsets = scene.Integers(0, 1, 5, 12, 13, 17, 24), targets = scene.Integers(0, 2, 3, 0, 3, 5);
        Check(model, tape => Loss(tape, model.Forward(tape, batch), offsets, targets));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.2)]
    public void Masked_language_modelling(double dropout)
    {
        using BertForMaskedLM model = TinyBert.Randomise(new BertForMaskedLM(backend, TinyBert.Config(dropout)));
        IntTensor chosen = scene.Integers(2, 6, 11, 0), offsets = scene.Integers(0, 11, 22, 33, 44), targets = scene.Integers(4, 10, 0, 7);
        Variable Build(Tape tape) => Loss(tape, model.Forward(tape, batch, chosen), offsets, targets);
        Check(model, Build);
        // The word table is used at both ends: all of it is checked, rows that only the decoder reads and rows that both read.
        GradCheckResult tied = GradCheck.Run(backend, Build, [model.Bert.WordEmbeddings], step: Step);
        tied.Error.Should().BeLessThan(Tolerance, "{0}", tied);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Masked_layers_pass_gradients_through_the_mask(bool gates)
    {
        using BertForSequenceClassification model = TinyBert.Randomise(new BertForSequenceClassification(backend, TinyBert.Config(), 3));
        Linear[] masked = Mask(model, gates);
        // The gradient of a masked weight is not its derivative, which the next test is about.
        Variable[] others = [.. model.Parameters().Except(masked.Select(layer => layer.Weight))];
        GradCheckResult result = GradCheck.Run(backend, tape => model.Forward(tape, batch), others, ElementsPerParameter, Step);
        result.Error.Should().BeLessThan(Tolerance, "{0}", result);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_gradient_of_a_masked_weight_is_that_of_the_model_with_the_product(bool gates)
    {
        using BertForSequenceClassification model = TinyBert.Randomise(new BertForSequenceClassification(backend, TinyBert.Config(), 3));
        float[][] Gradients()
        {
            using var tape = new Tape(backend);
            Variable logits = model.Forward(tape, batch);
            foreach (Parameter parameter in model.Parameters()) parameter.ZeroGrad();
            tape.Backward(logits, logits.Value);
            return [.. model.Parameters().Select(parameter => parameter.Grad!.ToArray())];
        }

        Linear[] masked = Mask(model, gates);
        float[][] found = Gradients();
        foreach (Linear layer in masked)
        {
            backend.ApplyMask(layer.Weight.Value, layer.Factor.Mask!, layer.Weight.Value);
            layer.Factor.Mask = null;
        }

        float[][] expected = Gradients();
        for (int i = 0; i < expected.Length; i++)
            for (int j = 0; j < expected[i].Length; j++) found[i][j].Should().BeApproximately(expected[i][j], 1e-6f);
    }

    [Fact]
    public void Layers_may_have_no_heads_or_no_neurons()
    {
        BertConfig config = TinyBert.Config(0.2) with { SproutLayers = [new LayerSize(0, 5), new LayerSize(1, 0)] };
        using BertForSequenceClassification model = TinyBert.Randomise(new BertForSequenceClassification(backend, config, 3));
        Check(model, tape => model.Forward(tape, batch));
    }

    [Fact]
    public void Frozen_embeddings_get_no_gradient_and_the_rest_the_same()
    {
        using BertForSequenceClassification model = TinyBert.Randomise(new BertForSequenceClassification(backend, TinyBert.Config(0.2), 3));
        foreach (Parameter parameter in model.Bert.EmbeddingParameters) parameter.RequiresGrad = false;
        Check(model, tape => model.Forward(tape, batch));
        model.Bert.EmbeddingParameters.Should().OnlyContain(parameter => parameter.Grad == null);
    }

    private Linear[] Mask(BertForSequenceClassification model, bool gates)
    {
        EncoderLayer first = model.Bert.Layers[0], second = model.Bert.Layers[1];
        Linear[] masked = [first.Attention.Query, first.FeedForward.First, first.Attention.Output, second.Attention.Value, second.FeedForward.Second];
        foreach (Linear layer in masked) layer.Factor.Mask = scene.RandomMask(gates ? MaskKind.Gates : MaskKind.Bits, layer.Weight.Shape);
        return masked;
    }

    private void Check(TaskModel model, Func<Tape, Variable> build)
    {
        Parameter[] trained = [.. model.Parameters().Where(parameter => parameter.RequiresGrad && parameter.Shape.Count > 0)];
        GradCheckResult result = GradCheck.Run(backend, build, trained, ElementsPerParameter, Step);
        result.Error.Should().BeLessThan(Tolerance, "{0}", result);
    }

    private static Variable Loss(Tape tape, Variable logits, IntTensor offsets, IntTensor targets)
    {
        Variable loss = LossFunction.Zero(tape);
        CrossEntropyFunction.Apply(tape, logits, offsets, targets, 1f, loss);
        return loss;
    }
}
