// Softmax of rows.
using Sprout.Tensors;

namespace Sprout.Autograd.Functions;

/// <summary>
/// y = softmax of every row of x, y[i, j] = exp(x[i, j]) / Σₖ exp(x[i, k]); dx += y ⊙ (dy − Σ over the row of y ⊙ dy). x and y [R, C]. Keeps y. A loss over
/// logits is <see cref="CrossEntropyFunction"/>, which has its softmax inside; attention too.
/// </summary>
public sealed class SoftmaxFunction : Function
{
    private readonly Variable x;

    private SoftmaxFunction(Variable x) => this.x = x;

    /// <summary>Turns the rows of a matrix into probabilities.</summary>
    /// <exception cref="ArgumentException">x is no matrix.</exception>
    public static Variable Apply(Tape tape, Variable x)
    {
        if (x.Shape.Rank != 2) throw new ArgumentException($"Softmax: expected a matrix, found shape {x.Shape}.");
        Variable y = tape.Output(x.Shape, x.RequiresGrad);
        tape.Backend.Softmax(x.Value, y.Value);
        if (tape.Records(y)) tape.Record(new SoftmaxFunction(x), y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tape tape)
    {
        Tensor dx = x.GradTarget(out bool accumulate);
        tape.Backend.SoftmaxBackward(Output.Value, Output.Grad!, dx, accumulate);
    }
}
