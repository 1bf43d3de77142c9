// Cross-entropy of independent yes-or-no answers.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Tensors;

namespace Sprout.Tests.Functions;

public sealed class BinaryCrossEntropyFunctionTests : FunctionTests
{
    internal override IEnumerable<FunctionCase> Cases => [Of(new Shape(0)), Of(new Shape(1)), Of(new Shape(7, 3)), Of(new Shape(33))];

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Refuses(
            (s, t) => BinaryCrossEntropyFunction.Apply(t, s.Input(3, 1), s.Constant(new Shape(4)), 1f, LossFunction.Zero(t)),
            "BinaryCrossEntropy", "[4]", "[3, 1]");
        Refuses(
            (s, t) => BinaryCrossEntropyFunction.Apply(t, s.Input(3), s.Constant(new Shape(3)), 1f, s.Input(0)), "BinaryCrossEntropy", "one element", "[0]");
    }

    private static FunctionCase Of(Shape shape) => new($"{shape}", scene =>
    {
        Variable x = scene.Input(shape);
        Tensor target = scene.Constant(new Shape((int)shape.Count));
        return Subject.OfLoss(
            (tape, loss) => BinaryCrossEntropyFunction.Apply(tape, x, target, 0.7f, loss),
            () => 0.7 * Plain.Read(x).Zip(Plain.Read(target), (a, t) => (-t * LogSigmoid(a)) - ((1 - t) * LogSigmoid(-a))).Sum());
    });

    private static double LogSigmoid(double x) => -Math.Log(1 + Math.Exp(-x));
}
