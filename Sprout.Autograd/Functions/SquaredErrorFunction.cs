// Squared error for regression.
using Sprout.Tensors;

namespace Sprout.Autograd.Functions;

/// <summary>
/// loss += scale · Σ (x − target)²; gradient scale · 2 (x − target). x and target have the same number of elements; scale 1/n makes it the mean squared error.
/// </summary>
public sealed class SquaredErrorFunction : LossFunction
{
    private SquaredErrorFunction(Tape tape, Variable x, Variable loss) : base(tape, x, loss) { }

    /// <summary>Adds the squared error to <paramref name="loss"/>.</summary>
    /// <exception cref="ArgumentException">The number of elements differs.</exception>
    public static void Apply(Tape tape, Variable x, Tensor target, float scale, Variable loss)
    {
        if (target.Count != x.Shape.Count) throw new ArgumentException($"SquaredError: the target has shape {target.Shape}, the input {x.Shape}.");
        var function = new SquaredErrorFunction(tape, x, loss);
        tape.Backend.SquaredError(x.Value, target, scale, loss.Value, function.InputGradient);
        if (function.InputGradient is not null) tape.Record(function, loss);
    }
}
