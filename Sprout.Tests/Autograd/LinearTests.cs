// A linear layer as a newcomer uses it.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Autograd.Modules;
using Sprout.Autograd.Optim;
using Sprout.Tensors;
using Sprout.Tensors.Reference;

namespace Sprout.Tests.Autograd;

public sealed class LinearTests
{
    [Fact]
    public void A_layer_takes_memory_when_it_is_used_and_starts_uniform_within_its_bound()
    {
        using var backend = new ReferenceBackend();
        using (var layer = new Linear(backend, inputs: 100, outputs: 30))
        {
            backend.LiveBytes.Should().Be(0);
            float[] weight = layer.Initialize(seed: 1).Weight.Value.ToArray();
            backend.LiveBytes.Should().BeGreaterThanOrEqualTo(4 * 3030);
            weight.Should().OnlyContain(value => Math.Abs(value) < 0.1f);
            weight.Max().Should().BeGreaterThan(0.095f);
            weight.Min().Should().BeLessThan(-0.095f);
            weight.Average().Should().BeApproximately(0, 5 * 0.1f / MathF.Sqrt(3 * 3000));
        }

        backend.LiveBytes.Should().Be(0);
    }

    [Fact]
    public void Two_layers_learn_a_product()
    {
        using var backend = new ReferenceBackend();
        using Linear first = new Linear(backend, 2, 16).Initialize(1), second = new Linear(backend, 16, 1).Initialize(2);
        using var optimiser = new Sgd([new ParameterGroup("all", [.. first.Parameters(), .. second.Parameters()], 0.1, 0)], momentum: 0.9);
        using Tensor x = Tensor.From(backend, new Shape(4, 2), [-1, -1, -1, 1, 1, -1, 1, 1]), y = Tensor.From(backend, new Shape(4, 1), [1, -1, -1, 1]);
        double last = 0;
        for (int step = 0; step < 300; step++)
        {
            foreach (Parameter parameter in first.Parameters().Concat(second.Parameters())) parameter.ZeroGrad();
            using var tape = new Tape(backend);
            Variable loss = LossFunction.Zero(tape);
            SquaredErrorFunction.Apply(tape, second.Forward(tape, first.Forward<Sprout.Tensors.Ops.Tanh>(tape, new Variable(x))), y, 0.25f, loss);
            last = loss.Value.Item();
            tape.Backward(loss);
            optimiser.Step();
        }

        last.Should().BeLessThan(1e-3);
    }

    [Fact]
    public void Names_decide_fresh_numbers_together_with_the_seed()
    {
        using var backend = new ReferenceBackend();
        using Linear one = new Linear(backend, 3, 3).Initialize(1), again = new Linear(backend, 3, 3).Initialize(1);
        using Linear other = new Linear(backend, 3, 3).Initialize(2);
        again.Weight.Value.ToArray().Should().Equal(one.Weight.Value.ToArray());
        other.Weight.Value.ToArray().Should().NotEqual(one.Weight.Value.ToArray());
    }

    [Fact]
    public void A_parameter_that_was_given_back_is_not_made_again()
    {
        using var backend = new ReferenceBackend();
        var parameter = new Parameter(backend, new Shape(3), start: 2);
        parameter.Value.ToArray().Should().Equal(2, 2, 2);
        parameter.Dispose();
        parameter.Invoking(p => p.Value.ToArray()).Should().Throw<ObjectDisposedException>();
        var unused = new Parameter(backend, new Shape(3));
        unused.Dispose();
        unused.Invoking(p => p.Value).Should().Throw<ObjectDisposedException>();
        backend.LiveBytes.Should().Be(0);
    }
}
