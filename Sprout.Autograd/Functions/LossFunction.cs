// What the losses share: they add to one scalar, and their gradient is known when the value is.
using Sprout.Tensors;

namespace Sprout.Autograd.Functions;

/// <summary>
/// A loss that adds scale · value to a scalar variable [1]. Its gradient comes with its value, so the kernel computes both at once and backward only adds it.
/// Several losses may add to the same scalar.
/// </summary>
public abstract class LossFunction : Function
{
    private readonly Variable x;
    private readonly Tensor? dx;

    /// <summary>Prepares a loss of one input.</summary>
    /// <exception cref="ArgumentException">The sum is no scalar, or a recording tape would lose its gradient.</exception>
    protected LossFunction(Tape tape, Variable x, Variable loss)
    {
        if (loss.Shape.Count != 1) throw new ArgumentException($"{GetType().Name}: a loss adds to one element, found shape {loss.Shape}.");
        if (tape.Recording && x.RequiresGrad && !loss.RequiresGrad)
            throw new ArgumentException(
                $"{GetType().Name}: the loss to add to requires no gradient, but the input does; {nameof(LossFunction)}.{nameof(Zero)} makes one that fits.");
        this.x = x;
        if (!tape.Recording || !x.RequiresGrad) return;
        dx = tape.Rent(x.Shape);
        tape.Backend.Fill(dx, 0f);
    }

    /// <inheritdoc/>
    public override bool IsLoss => true;

    /// <summary>Where the kernel puts the gradient; null when none is wanted.</summary>
    protected Tensor? InputGradient => dx;

    /// <summary>A scalar that starts at zero, for losses to add to.</summary>
    public static Variable Zero(Tape tape)
    {
        Variable loss = tape.Output(new Shape(1), tape.Recording);
        tape.Backend.Fill(loss.Value, 0f);
        return loss;
    }

    /// <inheritdoc/>
    public override void Backward(Tape tape) => tape.Backend.AddScaled(dx!, 1f, x.GradSum());
}
