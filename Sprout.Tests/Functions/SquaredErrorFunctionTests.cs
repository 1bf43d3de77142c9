// Squared error.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Tensors;

namespace Sprout.Tests.Functions;

public sealed class SquaredErrorFunctionTests : FunctionTests
{
    internal override IEnumerable<FunctionCase> Cases => [Of(new Shape(0)), Of(new Shape(1)), Of(new Shape(7, 1)), Of(new Shape(33))];

    [Fact]
    public void Wrong_arguments_are_refused()
    {
        Refuses((s, t) => SquaredErrorFunction.Apply(t, s.Input(3, 1), s.Constant(new Shape(4)), 1f, LossFunction.Zero(t)), "SquaredError", "[4]", "[3, 1]");
        Refuses((s, t) => SquaredErrorFunction.Apply(t, s.Input(3), s.Constant(new Shape(3)), 1f, s.Input(0)), "SquaredError", "one element", "[0]");
    }

    [Fact]
    public void Several_losses_add_to_one_sum()
    {
        using IBackend backend = TestBackends.Open("reference");
        using var scene = new Scene(backend);
        Variable x = scene.Input(new Shape(1, 2), i => i);
        using Tape tape = scene.Tape();
        Variable loss = LossFunction.Zero(tape);
        SquaredErrorFunction.Apply(tape, x, scene.Constant(new Shape(2), _ => 2f), 0.5f, loss);
        CrossEntropyFunction.Apply(tape, x, scene.Integers(0, 2), scene.Integers(1), 1f, loss);
        double other = 1 / (1 + Math.E);
        loss.Value.Item().Should().BeApproximately((float)(2.5 - Math.Log(1 - other)), 1e-6f);
        tape.Backward(loss);
        float[] gradient = x.Grad!.ToArray();
        gradient[0].Should().BeApproximately((float)(-2 + other), 1e-6f);
        gradient[1].Should().BeApproximately((float)(-1 - other), 1e-6f);
    }

    private static FunctionCase Of(Shape shape) => new($"{shape}", scene =>
    {
        Variable x = scene.Input(shape);
        Tensor target = scene.Constant(new Shape((int)shape.Count));
        return Subject.OfLoss(
            (tape, loss) => SquaredErrorFunction.Apply(tape, x, target, 0.7f, loss),
            () => 0.7 * Plain.Read(x).Zip(Plain.Read(target), (a, b) => (a - b) * (a - b)).Sum());
    });
}
