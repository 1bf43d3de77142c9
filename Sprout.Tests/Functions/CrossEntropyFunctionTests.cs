// Cross-entropy over segments.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Tensors;

namespace Sprout.Tests.Functions;

public sealed class CrossEntropyFunctionTests : FunctionTests
{
    internal override IEnumerable<FunctionCase> Cases =>
    [
        Of(new Shape(3, 2), [2, 2, 2], [1, 0, 1]), Of(new Shape(9), [3, 1, 5], [2, 0, 4]), Of(new Shape(1, 1), [1], [0]), Of(new Shape(0, 3), [], []),
        Of(new Shape(2, 33), [33, 33], [0, 32]),
    ];

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Refuses(
            (s, t) => CrossEntropyFunction.Apply(t, s.Input(3, 2), s.Integers(0, 2, 4, 6), s.Integers(1, 0), 1f, LossFunction.Zero(t)),
            "CrossEntropy", "2 targets", "3 segments");
        Refuses((s, t) => CrossEntropyFunction.Apply(t, s.Input(1, 2), s.Integers(0, 2), s.Integers(1), 1f, s.Input(2)), "CrossEntropy", "one element", "[2]");
        Refuses(
            (s, t) => CrossEntropyFunction.Apply(t, s.Input(1, 2), s.Integers(0, 2), s.Integers(1), 1f, new Variable(s.Constant(new Shape(1)))),
            "CrossEntropy", "no gradient");
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Large_logits_do_not_overflow(string name)
    {
        using IBackend backend = TestBackends.Open(name);
        using var scene = new Scene(backend);
        Variable logits = scene.Input(new Shape(2, 2), i => i is 0 or 3 ? 1000f : -1000f);
        using Tape tape = scene.Tape();
        Variable loss = LossFunction.Zero(tape);
        CrossEntropyFunction.Apply(tape, logits, scene.Integers(0, 2, 4), scene.Integers(0, 0), 1f, loss);
        loss.Value.Item().Should().Be(2000f);
        tape.Backward(loss);
        // The exponential of a fast backend ends at 1e-38.
        float[] gradient = logits.Grad!.ToArray(), expected = [0f, 0f, -1f, 1f];
        for (int i = 0; i < 4; i++) gradient[i].Should().BeApproximately(expected[i], 1e-30f);
    }

    private static FunctionCase Of(Shape shape, int[] lengths, int[] targets) => new($"{shape}, segments of [{string.Join(", ", lengths)}]", scene =>
    {
        Variable logits = scene.Input(shape);
        int[] offsets = Plain.Offsets(lengths);
        IntTensor places = scene.Integers(offsets), wanted = scene.Integers(targets);
        return Subject.OfLoss(
            (tape, loss) => CrossEntropyFunction.Apply(tape, logits, places, wanted, 0.7f, loss),
            () => -0.7 * Plain.Segments(Plain.Read(logits), offsets).Select((segment, s) => Plain.LogSoftmax(segment)[targets[s]]).Sum());
    });
}
