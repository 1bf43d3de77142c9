// y = a ⊙ b.
using Sprout.Tensors;

namespace Sprout.Autograd.Functions;

/// <summary>y = a ⊙ b for every element; da += dy ⊙ b, db += dy ⊙ a. a, b and y have one shape. Keeps a and b.</summary>
public sealed class MultiplyFunction : Function
{
    private readonly Variable a, b;

    private MultiplyFunction(Variable a, Variable b) => (this.a, this.b) = (a, b);

    /// <summary>Multiplies two values.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Variable Apply(Tape tape, Variable a, Variable b)
    {
        if (a.Shape != b.Shape) throw new ArgumentException($"Multiply: the shapes {a.Shape} and {b.Shape} must be the same.");
        Variable y = tape.Output(a.Shape, a.RequiresGrad || b.RequiresGrad);
        Multiply(tape.Backend, a.Value, b.Value, y.Value);
        if (tape.Records(y)) tape.Record(new MultiplyFunction(a, b), y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tape tape)
    {
        Pass(tape.Backend, b.Value, a);
        Pass(tape.Backend, a.Value, b);
    }

    // The sum over blocks of a single entry.
    private static void Multiply(IBackend backend, Tensor a, Tensor b, Tensor y) => backend.BlockSum(a, b, 1, 1, y);

    private void Pass(IBackend backend, Tensor factor, Variable input)
    {
        if (!input.RequiresGrad) return;
        Tensor gradient = input.GradTarget(out bool accumulate);
        if (!accumulate)
        {
            Multiply(backend, Output.Grad!, factor, gradient);
            return;
        }

        using Tensor part = Tensor.Rent(backend, input.Shape);
        Multiply(backend, Output.Grad!, factor, part);
        backend.AddScaled(part, 1f, gradient);
    }
}
