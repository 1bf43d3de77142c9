// y = xᵀ.
using Sprout.Tensors;

namespace Sprout.Autograd.Functions;

/// <summary>y = xᵀ; dx = dyᵀ. x [R, C], y [C, R]: turns span logits by token into rows of starts and ends.</summary>
public sealed class TransposeFunction : Function
{
    private readonly Variable x;

    private TransposeFunction(Variable x) => this.x = x;

    /// <summary>Transposes a matrix.</summary>
    /// <exception cref="ArgumentException">x is no matrix.</exception>
    public static Variable Apply(Tape tape, Variable x)
    {
        if (x.Shape.Rank != 2) throw new ArgumentException($"Transpose: expected a matrix, found shape {x.Shape}.");
        Variable y = tape.Output(new Shape(x.Shape[1], x.Shape[0]), x.RequiresGrad);
        tape.Backend.Transpose(x.Value, y.Value);
        if (tape.Records(y)) tape.Record(new TransposeFunction(x), y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tape tape)
    {
        Tensor dx = x.GradTarget(out bool accumulate);
        if (!accumulate)
        {
            tape.Backend.Transpose(Output.Grad!, dx);
            return;
        }

        using Tensor part = Tensor.Rent(tape.Backend, x.Shape);
        tape.Backend.Transpose(Output.Grad!, part);
        tape.Backend.AddScaled(part, 1f, dx);
    }
}
