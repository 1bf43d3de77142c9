// Cross-entropy with a weight for every class.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Tensors;

namespace Sprout.Tests.Functions;

public sealed class SoftCrossEntropyFunctionTests : FunctionTests
{
    internal override IEnumerable<FunctionCase> Cases => from lengths in new int[][] { [], [1], [2, 2, 2], [3, 1, 5] } select Of(lengths);

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Refuses(
            (s, t) => SoftCrossEntropyFunction.Apply(t, s.Input(3, 2), s.Constant(new Shape(2, 2)), s.Integers(0, 2, 4, 6), 1f, LossFunction.Zero(t)),
            "SoftCrossEntropy", "[2, 2]", "[3, 2]");
        Refuses(
            (s, t) => SoftCrossEntropyFunction.Apply(t, s.Input(1, 2), s.Constant(new Shape(1, 2)), s.Integers(0, 2), 1f, s.Input(3)),
            "SoftCrossEntropy", "one element", "[3]");
    }

    private static FunctionCase Of(int[] lengths) => new($"segments of [{string.Join(", ", lengths)}]", scene =>
    {
        var shape = new Shape(lengths.Sum());
        Variable logits = scene.Input(shape);
        Tensor targets = scene.Constant(shape);
        int[] offsets = Plain.Offsets(lengths);
        IntTensor places = scene.Integers(offsets);
        return Subject.OfLoss(
            (tape, loss) => SoftCrossEntropyFunction.Apply(tape, logits, targets, places, 0.7f, loss),
            () => -0.7 * Plain.Segments(Plain.Read(logits), offsets)
                .Zip(Plain.Segments(Plain.Read(targets), offsets), (x, t) => Plain.LogSoftmax(x).Zip(t, (logP, weight) => weight * logP).Sum()).Sum());
    });
}
