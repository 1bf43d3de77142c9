// What the tape records, replays and gives back.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Tensors;
using Sprout.Tensors.Reference;
using Sprout.Tensors.Ops;
using Sprout.Tests.Functions;

namespace Sprout.Tests.Autograd;

public sealed class TapeTests : IDisposable
{
    private readonly ReferenceBackend backend = new();
    private readonly Scene scene;

    public TapeTests() => scene = new Scene(backend);

    public void Dispose()
    {
        scene.Dispose();
        backend.LiveBytes.Should().Be(0);
        backend.Dispose();
    }

    [Fact]
    public void A_variable_that_several_functions_read_gets_all_their_gradients()
    {
        Variable x = scene.Input(2, 2);
        // y = tanh(x) is read by three functions, one of which another one follows.
        GradCheckResult result = GradCheck.Run(backend, tape =>
        {
            Variable y = PointwiseFunction<Tanh>.Apply(tape, x), loss = LossFunction.Zero(tape);
            Tensor target = tape.Rent(y.Shape);
            backend.Fill(target, 0.5f);
            SquaredErrorFunction.Apply(tape, y, target, 1f, loss);
            SquaredErrorFunction.Apply(tape, PointwiseFunction<Sigmoid>.Apply(tape, TransposeFunction.Apply(tape, y)), target, 2f, loss);
            SquaredErrorFunction.Apply(tape, PointwiseFunction<Exp>.Apply(tape, y), target, 0.5f, loss);
            return loss;
        }, scene.Inputs);
        result.Error.Should().BeLessThan(GradCheck.Tolerance, "{0}", result);
    }

    [Fact]
    public void Functions_that_lead_nowhere_are_skipped()
    {
        Variable x = scene.Input(2), unused = scene.Input(2);
        using Tape tape = scene.Tape();
        Variable y = PointwiseFunction<Tanh>.Apply(tape, x);
        PointwiseFunction<Tanh>.Apply(tape, unused);
        tape.Backward(y, y.Value);
        x.Grad.Should().NotBeNull();
        unused.Grad.Should().BeNull();
    }

    [Fact]
    public void Losses_that_backward_is_not_called_on_are_left_alone()
    {
        Variable x = scene.Input(new Shape(1), _ => 1f), other = scene.Input(1);
        using Tape tape = scene.Tape();
        Variable loss = LossFunction.Zero(tape), ignored = LossFunction.Zero(tape);
        SquaredErrorFunction.Apply(tape, x, scene.Constant(x.Shape, _ => 0f), 1f, loss);
        SquaredErrorFunction.Apply(tape, x, scene.Constant(x.Shape, _ => 9f), 1f, ignored);
        SquaredErrorFunction.Apply(tape, other, scene.Constant(x.Shape), 1f, ignored);
        tape.Backward(loss);
        x.Grad!.Item().Should().Be(2f);
        other.Grad.Should().BeNull();
    }

    [Fact]
    public void Backward_refuses_what_it_cannot_start_from()
    {
        Variable x = scene.Input(2, 3);
        using Tape tape = scene.Tape(), inference = scene.Tape(recording: false);
        tape.Invoking(it => it.Backward(x)).Should().Throw<InvalidOperationException>().WithMessage("*not recorded*");
        Variable y = PointwiseFunction<Tanh>.Apply(tape, x), loss = LossFunction.Zero(tape);
        SquaredErrorFunction.Apply(tape, y, scene.Constant(y.Shape), 1f, loss);
        tape.Invoking(it => it.Backward(x, x.Value)).Should().Throw<InvalidOperationException>().WithMessage("*not recorded*");
        tape.Invoking(it => it.Backward(y)).Should().Throw<ArgumentException>().WithMessage("*no loss*gradient must be given*");
        tape.Invoking(it => it.Backward(y, loss.Value)).Should().Throw<ArgumentException>().Which.Message.Should().Contain("[1]").And.Contain("[2, 3]");
        tape.Invoking(it => it.Backward(loss, loss.Value)).Should().Throw<ArgumentException>().WithMessage("*loss is 1*");
        Variable z = PointwiseFunction<Tanh>.Apply(inference, x);
        inference.Invoking(it => it.Backward(z, z.Value)).Should().Throw<InvalidOperationException>().WithMessage("*not recorded*");
        tape.Backward(loss);
        tape.Invoking(it => it.Backward(loss)).Should().Throw<InvalidOperationException>("the tape is empty after backward");
    }

    [Fact]
    public void Backward_gives_memory_back_as_it_goes()
    {
        const int depth = 12;
        Variable x = scene.Input(1000);
        using (Tape tape = scene.Tape())
        {
            List<long> live = [];
            long before = backend.LiveBytes, perTensor = 0;
            Variable y = x;
            for (int i = 0; i < depth; i++)
            {
                y = Probe.Apply(tape, y, live);
                if (i == 0) perTensor = backend.LiveBytes - before;
            }

            using Tensor gradient = Tensor.Zeros(backend, y.Shape);
            long forward = backend.LiveBytes;
            backend.PeakBytes.Should().Be(forward);
            tape.Backward(y, gradient);
            // At the i-th function from the end, the values of i functions are gone; gradients of its output and its input are there.
            live.Should().Equal(Enumerable.Range(0, depth).Select(i => forward - ((i - 2) * perTensor)));
            backend.PeakBytes.Should().Be(forward + (2 * perTensor));
            backend.LiveBytes.Should().Be(before + (2 * perTensor), "only the gradient of x is left, and the one given");
        }
    }

    [Fact]
    public void Reset_frees_everything_and_the_tape_can_be_used_again()
    {
        Variable x = scene.Input(3, 3);
        long before = backend.LiveBytes;
        using Tape tape = scene.Tape();
        for (int i = 0; i < 3; i++)
        {
            PointwiseFunction<Tanh>.Apply(tape, PointwiseFunction<Exp>.Apply(tape, x));
            backend.LiveBytes.Should().BeGreaterThan(before);
            tape.Reset();
            backend.LiveBytes.Should().Be(before);
        }

        Variable y = PointwiseFunction<Identity>.Apply(tape, x);
        tape.Backward(y, x.Value);
        x.Grad!.ToArray().Should().Equal(x.Value.ToArray());
    }

    [Fact]
    public void Release_frees_what_was_made_since_the_mark_except_one()
    {
        Variable x = scene.Input(1000);
        long before = backend.LiveBytes;
        using Tape tape = scene.Tape(recording: false);
        Variable early = PointwiseFunction<Tanh>.Apply(tape, x);
        long one = backend.LiveBytes - before;
        int mark = tape.Mark();
        Variable y = early;
        for (int i = 0; i < 4; i++)
        {
            y = PointwiseFunction<Tanh>.Apply(tape, PointwiseFunction<Exp>.Apply(tape, y));
            tape.Release(mark, y);
            backend.LiveBytes.Should().Be(before + (2 * one));
        }

        y.Value.ToArray().Should().NotContain(0f);
        early.Value.ToArray().Should().HaveCount(1000);
        tape.Release(mark, early);
        backend.LiveBytes.Should().Be(before + one, "what to keep was made before the mark");
        tape.Reset();
        backend.LiveBytes.Should().Be(before);
    }

    [Fact]
    public void Release_does_nothing_while_recording()
    {
        Variable x = scene.Input(1000);
        using Tape tape = scene.Tape();
        int mark = tape.Mark();
        Variable y = PointwiseFunction<Tanh>.Apply(tape, PointwiseFunction<Exp>.Apply(tape, x));
        long before = backend.LiveBytes;
        tape.Release(mark, y);
        backend.LiveBytes.Should().Be(before);
    }

    // y = x, and the memory in use when its gradient has been computed.
    private sealed class Probe(Variable x, List<long> live) : Function
    {
        public static Variable Apply(Tape tape, Variable x, List<long> live)
        {
            var y = new Variable(tape.Rent(x.Shape), x.RequiresGrad);
            tape.Backend.Copy(x.Value, y.Value);
            tape.Record(new Probe(x, live), y);
            return y;
        }

        public override void Backward(Tape tape)
        {
            tape.Backend.AddScaled(Output.Grad!, 1f, x.GradSum());
            live.Add(tape.Backend.LiveBytes);
        }
    }
}
