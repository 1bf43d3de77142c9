// y = a + b.
using Sprout.Tensors;

namespace Sprout.Autograd.Functions;

/// <summary>y = a + b for every element; da += dy, db += dy. a, b and y have one shape.</summary>
public sealed class AddFunction : Function
{
    private readonly Variable a, b;

    private AddFunction(Variable a, Variable b) => (this.a, this.b) = (a, b);

    /// <summary>Adds two values.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Variable Apply(Tape tape, Variable a, Variable b)
    {
        if (a.Shape != b.Shape) throw new ArgumentException($"Add: the shapes {a.Shape} and {b.Shape} must be the same.");
        Variable y = tape.Output(a.Shape, a.RequiresGrad || b.RequiresGrad);
        tape.Backend.Copy(a.Value, y.Value);
        tape.Backend.AddScaled(b.Value, 1f, y.Value);
        if (tape.Records(y)) tape.Record(new AddFunction(a, b), y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tape tape)
    {
        Pass(tape.Backend, a);
        Pass(tape.Backend, b);
    }

    private void Pass(IBackend backend, Variable input)
    {
        if (!input.RequiresGrad) return;
        Tensor gradient = input.GradTarget(out bool accumulate);
        if (accumulate) backend.AddScaled(Output.Grad!, 1f, gradient);
        else backend.Copy(Output.Grad!, gradient);
    }
}
