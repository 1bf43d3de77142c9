// Training steps leave nothing behind, whatever happens in them.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Autograd.Optim;
using Sprout.Bert.Models;
using Sprout.Bert.Models.Architectures;
using Sprout.Tensors;
using Sprout.Tensors.Reference;
using Sprout.Tests.Functions;
using Sprout.Tests.Models;

namespace Sprout.Tests.Autograd;

[Collection("backends")]
public sealed class MemoryTests
{
    public static TheoryData<string> Backends => TestBackends.All;

    [Theory]
    [MemberData(nameof(Backends))]
    public void Memory_is_flat_over_training_steps_and_empty_afterwards(string name)
    {
        using IBackend backend = TestBackends.Open(name);
        using (BertForSequenceClassification model = Model(backend))
        using (var inputs = new Inputs(backend))
        using (var optimiser = new AdamW([new("all", [.. model.Parameters()], 1e-3, 0.01)]))
        using (var tape = new Tape(backend))
        {
            // The first step makes gradients and moments, which stay.
            Step(model, inputs, tape, pass: 0, optimiser);
            Step(model, inputs, tape, pass: 1, optimiser);
            long live = backend.LiveBytes, peak = backend.PeakBytes;
            for (ulong pass = 2; pass < 30; pass++)
            {
                Step(model, inputs, tape, pass, optimiser);
                backend.LiveBytes.Should().Be(live, "pass {0}", pass);
            }

            backend.PeakBytes.Should().Be(peak, "every step needs as much as the second");
        }

        backend.LiveBytes.Should().Be(0);
    }

    [Fact]
    public void Whatever_fails_in_a_step_resetting_the_tape_frees_everything()
    {
        using var backend = new FailingBackend();
        using (BertForSequenceClassification model = Model(backend))
        using (var inputs = new Inputs(backend))
        using (var tape = new Tape(backend))
        {
            // Frozen norms and embeddings take the paths that throw gradients away.
            foreach (Parameter parameter in model.Parameters().Where(known => known.Name.Contains("layer.0.output.LayerNorm", StringComparison.Ordinal)))
                parameter.RequiresGrad = false;
            model.Bert.Layers[1].Attention.Query.Weight.RequiresGrad = false;
            Step(model, inputs, tape, pass: 0);
            long live = backend.LiveBytes;
            int call = 0;
            for (bool failed = true; failed; call++)
            {
                backend.CallsUntilFailure = call;
                failed = Fails(() => Step(model, inputs, tape, pass: 1));
                backend.CallsUntilFailure = int.MaxValue;
                tape.Reset();
                backend.LiveBytes.Should().Be(live, "call {0} failed", call);
            }

            call.Should().BeGreaterThan(150, "each of the calls of a step has failed once");
            foreach (Parameter parameter in model.Parameters()) parameter.ZeroGrad();
            Step(model, inputs, tape, pass: 1);
            backend.LiveBytes.Should().Be(live);
        }

        backend.LiveBytes.Should().Be(0);
    }

    [Fact]
    public void Inference_needs_no_more_memory_for_more_layers()
    {
        Peak(layers: 6).Should().Be(Peak(layers: 2));

        static long Peak(int layers)
        {
            using var backend = new ReferenceBackend();
            using BertForSequenceClassification model = TinyBert.Randomise(new BertForSequenceClassification(backend, TinyBert.Config(layers: layers), 3));
            using Batch batch = Batch.Pack(backend, [.. Enumerable.Repeat(TinyBert.Sequences, 20).SelectMany(sequences => sequences)]);
            using var tape = new Tape(backend, recording: false);
            long before = backend.LiveBytes;
            model.Forward(tape, batch);
            return backend.PeakBytes - before;
        }
    }

    private static BertForSequenceClassification Model(IBackend backend)
    {
        BertConfig config = TinyBert.Config(dropout: 0.1);
        return TinyBert.Randomise(new BertForSequenceClassification(backend, config, 3));
    }

    private static void Step(BertForSequenceClassification model, Inputs inputs, Tape tape, ulong pass, AdamW? optimiser = null)
    {
        tape.SeedDropout(seed: 1, pass);
        Variable loss = LossFunction.Zero(tape);
        CrossEntropyFunction.Apply(tape, model.Forward(tape, inputs.Batch), inputs.Offsets, inputs.Targets, 1f, loss);
        tape.Backward(loss);
        optimiser?.Step(1, GradientNorm.Coefficient(GradientNorm.Of([.. model.Parameters()]), 1));
        foreach (Parameter parameter in model.Parameters()) parameter.ZeroGrad();
    }

    private sealed class Inputs(IBackend backend) : IDisposable
    {
        public Batch Batch { get; } = Batch.Pack(backend, TinyBert.Sequences);

        public IntTensor Offsets { get; } = IntTensor.From(backend, [0, 3, 6, 9]);

        public IntTensor Targets { get; } = IntTensor.From(backend, [2, 0, 1]);

        public void Dispose()
        {
            Batch.Dispose();
            Offsets.Dispose();
            Targets.Dispose();
        }
    }

    private static bool Fails(Action step)
    {
        try
        {
            step();
            return false;
        }
        catch (InjectedException)
        {
            return true;
        }
    }
}
