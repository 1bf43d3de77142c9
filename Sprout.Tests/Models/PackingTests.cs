// A sequence's results do not depend on its neighbours, nor on the backend.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Bert.Models;
using Sprout.Bert.Models.Architectures;
using Sprout.Bert.Tokenization;
using Sprout.Tensors;
using Sprout.Tests.Functions;

namespace Sprout.Tests.Models;

[Collection("backends")]
public sealed class PackingTests
{
    public static TheoryData<string> Backends => TestBackends.All;

    public static TheoryData<string> Widths => [.. TestBackends.Widths];

    [Theory]
    [MemberData(nameof(Backends))]
    public void Class_logits_of_a_sequence_are_the_same_alone_and_in_a_batch(string name)
    {
        using IBackend backend = TestBackends.Open(name);
        using BertForSequenceClassification model = TinyBert.Randomise(new BertForSequenceClassification(backend, TinyBert.Config(), 3));
        float[] together = Infer(backend, TinyBert.Sequences, model.Forward);
        for (int s = 0; s < 3; s++)
            AssertClose(Infer(backend, [TinyBert.Sequences[s]], model.Forward), together[(3 * s)..(3 * (s + 1))], 1e-6f);
        AssertClose(Infer(backend, [.. TinyBert.Sequences.Reverse()], model.Forward), [.. together.Chunk(3).Reverse().SelectMany(row => row)], 1e-6f);
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Span_logits_of_a_sequence_are_the_same_alone_and_in_a_batch(string name)
    {
        using IBackend backend = TestBackends.Open(name);
        using BertForQuestionAnswering model = TinyBert.Randomise(new BertForQuestionAnswering(backend, TinyBert.Config()));
        float[] together = Infer(backend, TinyBert.Sequences, model.Forward), alone = Infer(backend, [TinyBert.Sequences[1]], model.Forward);
        AssertClose(alone, [.. together[1..5], .. together[13..17]], 1e-6f);
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void An_empty_batch_has_no_logits_and_changes_no_gradient(string name)
    {
        using IBackend backend = TestBackends.Open(name);
        using BertForSequenceClassification model = TinyBert.Randomise(new BertForSequenceClassification(backend, TinyBert.Config(0.1), 3));
        Infer(backend, [], model.Forward).Should().BeEmpty();
        using Batch batch = Batch.Pack(backend, []);
        using var tape = new Tape(backend);
        Variable logits = model.Forward(tape, batch);
        tape.Backward(logits, logits.Value);
        model.Parameters().Should().OnlyContain(parameter => parameter.Grad != null && parameter.Grad.ToArray().All(g => g == 0));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void First_tokens_alone_have_the_states_and_gradients_that_they_have_among_all(string name)
    {
        float[][] expected = Passed(name, (model, tape, batch) => GatherFunction.Apply(tape, model.Forward(tape, batch), batch.FirstTokens));
        float[][] found = Passed(name, (model, tape, batch) => model.ForwardFirstTokens(tape, batch));
        found[0].Should().HaveCount(TinyBert.Sequences.Count * TinyBert.Config().HiddenSize).And.Contain(value => value != 0);
        for (int i = 0; i < expected.Length; i++) AssertClose(found[i], expected[i], 2e-5f);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Values_and_gradients_of_a_training_step_are_those_of_the_reference(string name)
    {
        float[][] expected = Train("reference", 1), found = Train(name, 2);
        for (int i = 0; i < expected.Length; i++) AssertClose(found[i], expected[i], 1e-5f);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void A_training_step_has_the_same_bits_on_any_number_of_threads(string name)
    {
        float[][] expected = Train(name, 1);
        foreach (int threads in new[] { 1, 2, 3 })
        {
            float[][] found = Train(name, threads);
            for (int i = 0; i < expected.Length; i++)
                found[i].Select(BitConverter.SingleToInt32Bits).Should().Equal(expected[i].Select(BitConverter.SingleToInt32Bits), "{0} threads", threads);
        }
    }

    // The logits and all gradients of one step with dropout.
    private static float[][] Train(string name, int threads)
    {
        using IBackend backend = TestBackends.Open(name, threads);
        using BertForSequenceClassification model = TinyBert.Randomise(new BertForSequenceClassification(backend, TinyBert.Config(0.1), 3));
        using Batch batch = Batch.Pack(backend, TinyBert.Sequences);
        using IntTensor offsets = IntTensor.From(backend, [0, 3, 6, 9]), targets = IntTensor.From(backend, [2, 0, 1]);
        using var tape = new Tape(backend);
        tape.SeedDropout(seed: 5, pass: 3);
        Variable logits = model.Forward(tape, batch), loss = LossFunction.Zero(tape);
        CrossEntropyFunction.Apply(tape, logits, offsets, targets, 1f / 3, loss);
        float[] values = logits.Value.ToArray();
        tape.Backward(loss);
        return [values, .. model.Parameters().Select(parameter => parameter.Grad!.ToArray())];
    }

    // What comes out of an encoder, and all gradients of the sum of its squares / 2.
    private static float[][] Passed(string name, Func<BertModel, Tape, Batch, Variable> forward)
    {
        using IBackend backend = TestBackends.Open(name);
        using BertForSequenceClassification model = TinyBert.Randomise(new BertForSequenceClassification(backend, TinyBert.Config(), 3));
        using Batch batch = Batch.Pack(backend, TinyBert.Sequences);
        using var tape = new Tape(backend);
        Variable states = forward(model.Bert, tape, batch);
        float[] values = states.Value.ToArray();
        tape.Backward(states, states.Value);
        IEnumerable<Parameter> parameters = model.Bert.Layers.SelectMany(layer => layer.Parameters()).Append(model.Bert.WordEmbeddings);
        return [values, .. parameters.Select(parameter => parameter.Grad!.ToArray())];
    }

    private static float[] Infer(IBackend backend, IReadOnlyList<TokenSequence> sequences, Func<Tape, Batch, Variable> forward)
    {
        using Batch batch = Batch.Pack(backend, sequences);
        using var tape = new Tape(backend, recording: false);
        return forward(tape, batch).Value.ToArray();
    }

    private static void AssertClose(float[] found, float[] expected, float tolerance)
    {
        found.Should().HaveSameCount(expected);
        for (int i = 0; i < found.Length; i++)
            found[i].Should().BeApproximately(expected[i], tolerance * Math.Max(1, Math.Abs(expected[i])), "element {0}", i);
    }
}
