// Packed weights change how fast a model answers, and nothing else.
using Sprout.Autograd;
using Sprout.Autograd.Modules;
using Sprout.Bert.Models;
using Sprout.Bert.Models.Architectures;
using Sprout.Tensors;
using Sprout.Tests.Functions;

namespace Sprout.Tests.Models;

[Collection("backends")]
public sealed class PackedWeightsTests
{
    public static TheoryData<string> Backends => TestBackends.All;

    [Theory]
    [MemberData(nameof(Backends))]
    public void A_model_answers_the_same_with_packed_weights_masked_ones_included(string name)
    {
        using IBackend backend = TestBackends.Open(name);
        using BertForSequenceClassification model = TinyBert.Randomise(new BertForSequenceClassification(backend, TinyBert.Config(), 3));
        using Mask? mask = model.Bert.Layers[1].FeedForward.First.Factor.Mask = HalfOf(backend, model.Bert.Layers[1].FeedForward.First.Weight.Shape);
        float[] expected = Logits(backend, model, recording: false);
        long live = backend.LiveBytes;
        using (new PackedWeights(backend, model))
        {
            float[] found = Logits(backend, model, recording: false);
            for (int i = 0; i < found.Length; i++) found[i].Should().BeApproximately(expected[i], 2e-6f * Math.Max(1, Math.Abs(expected[i])), "logit {0}", i);
        }

        backend.LiveBytes.Should().Be(live, "packed weights are given back");
        Logits(backend, model, recording: false).Should().Equal(expected);
    }

    [Fact]
    public void A_recording_tape_computes_with_the_weights_themselves()
    {
        using IBackend backend = TestBackends.Open(TestBackends.Widths.Last());
        using BertForSequenceClassification model = TinyBert.Randomise(new BertForSequenceClassification(backend, TinyBert.Config(), 3));
        using var packed = new PackedWeights(backend, model);
        float[] before = Logits(backend, model, recording: true);
        backend.Fill(model.Bert.Layers[0].Attention.Query.Weight.Value, 0f);
        Logits(backend, model, recording: true).Should().NotEqual(before);
    }

    [Fact]
    public void Packing_twice_is_refused()
    {
        using IBackend backend = TestBackends.Open(TestBackends.Widths.Last());
        using BertForSequenceClassification model = new(backend, TinyBert.Config(), 3);
        using var packed = new PackedWeights(backend, model);
        FluentActions.Invoking(() => new PackedWeights(backend, model)).Should().Throw<InvalidOperationException>().WithMessage("*packed already*");
    }

    private static Mask HalfOf(IBackend backend, Shape shape)
    {
        Mask mask = Mask.OfBits(backend, shape);
        using Tensor scores = Tensor.From(backend, shape, [.. Enumerable.Range(0, (int)shape.Count).Select(i => (float)(i * 7 % 11))]);
        backend.TopV([scores], shape.Count / 2, [mask.Bits!]);
        return mask;
    }

    private static float[] Logits(IBackend backend, BertForSequenceClassification model, bool recording)
    {
        using Batch batch = Batch.Pack(backend, TinyBert.Sequences);
        using var tape = new Tape(backend, recording);
        return model.Forward(tape, batch).Value.ToArray();
    }
}
