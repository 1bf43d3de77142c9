// The gradient check finds what it is for.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Tensors;
using Sprout.Tensors.Reference;
using Sprout.Tensors.Ops;
using Sprout.Tests.Functions;

namespace Sprout.Tests.Autograd;

public sealed class GradCheckTests : IDisposable
{
    private readonly ReferenceBackend backend = new();
    private readonly Scene scene;

    public GradCheckTests() => scene = new Scene(backend);

    public void Dispose()
    {
        scene.Dispose();
        backend.Dispose();
    }

    [Theory]
    [InlineData(1f, true)]
    [InlineData(0f, false)]
    [InlineData(-1f, false)]
    [InlineData(1.001f, false)]
    public void A_wrong_factor_of_a_gradient_is_found(float factor, bool isRight)
    {
        Variable x = scene.Input(new Shape(3, 3), i => i);
        GradCheckResult result = GradCheck.Run(backend, tape => Scaled.Apply(tape, x, factor), scene.Inputs);
        (result.Error < GradCheck.Tolerance).Should().Be(isRight, "{0}", result);
    }

    [Fact]
    public void The_worst_place_is_named()
    {
        Parameter right = scene.Parameter("right", 3), wrong = scene.Parameter("wrong", new Shape(2), _ => 1f);
        GradCheckResult result = GradCheck.Run(backend, tape =>
        {
            Variable loss = LossFunction.Zero(tape);
            using Tensor zero = Tensor.Zeros(backend, new Shape(3));
            SquaredErrorFunction.Apply(tape, right, zero, 1f, loss);
            SquaredErrorFunction.Apply(tape, Scaled.Apply(tape, wrong, 0.5f), zero.Slice(0, wrong.Shape), 1f, loss);
            return loss;
        }, scene.Inputs);
        result.Should().BeEquivalentTo(new { Input = 1, Name = "wrong", Element = 0L });
        result.Analytic.Should().BeApproximately(4, 1e-6);
        result.Numeric.Should().BeApproximately(8, 1e-4);
        result.Error.Should().BeApproximately(0.5, 1e-4);
        result.ToString().Should().Contain("input 1 \"wrong\" element 0").And.Contain("backward says 4");
    }

    [Fact]
    public void A_gradient_that_is_no_number_is_an_infinite_error()
    {
        Variable x = scene.Input(2);
        GradCheck.Run(backend, tape => Scaled.Apply(tape, x, float.NaN), scene.Inputs).Error.Should().Be(double.PositiveInfinity);
    }

    [Fact]
    public void An_input_that_backward_forgets_is_found()
    {
        Variable x = scene.Input(2), forgotten = scene.Input(2);
        GradCheckResult result = GradCheck.Run(backend, tape =>
        {
            Variable y = Scaled.Apply(tape, x, 1f);
            backend.AddScaled(forgotten.Value, 1f, y.Value);
            return y;
        }, scene.Inputs);
        result.Input.Should().Be(1);
        result.Analytic.Should().Be(0);
    }

    [Fact]
    public void Values_are_restored_gradients_released_and_memory_returned()
    {
        Variable x = scene.Input(3, 5);
        float[] before = x.Value.ToArray();
        backend.Fill(x.GradSum(), 5f);
        x.ReleaseGrad();
        long live = backend.LiveBytes;
        backend.Fill(x.GradSum(), 5f);
        GradCheck.Run(backend, tape => PointwiseFunction<Tanh>.Apply(tape, x), scene.Inputs).Error.Should().BeLessThan(GradCheck.Tolerance);
        x.Value.ToArray().Should().Equal(before);
        x.Grad.Should().BeNull();
        backend.LiveBytes.Should().Be(live);
    }

    [Fact]
    public void A_sample_of_elements_is_enough_for_large_inputs()
    {
        Variable x = scene.Input(1000);
        int forwards = 0;
        GradCheck.Run(backend, tape =>
        {
            forwards++;
            return Scaled.Apply(tape, x, 1f);
        }, scene.Inputs, elementsPerInput: 3);
        forwards.Should().Be(1 + (3 * 4));
    }

    [Fact]
    public void Inputs_that_require_no_gradient_are_refused()
    {
        var frozen = new Variable(scene.Constant(new Shape(2)));
        FluentActions.Invoking(() => GradCheck.Run(backend, tape => Scaled.Apply(tape, frozen, 1f), [frozen]))
            .Should().Throw<ArgumentException>().WithMessage("*input 0*requires no gradient*");
    }

    // y = 2x, with a factor on its gradient.
    private sealed class Scaled(Variable x, float factor) : Function
    {
        public static Variable Apply(Tape tape, Variable x, float factor)
        {
            var y = new Variable(tape.Rent(x.Shape), x.RequiresGrad);
            tape.Backend.Copy(x.Value, y.Value);
            tape.Backend.AddScaled(x.Value, 1f, y.Value);
            tape.Record(new Scaled(x, factor), y);
            return y;
        }

        public override void Backward(Tape tape) => tape.Backend.AddScaled(Output.Grad!, 2 * factor, x.GradSum());
    }
}
