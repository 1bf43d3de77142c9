// y = f(x) for any pointwise operator.
using Sprout.Tensors;
using Sprout.Tensors.Ops;

namespace Sprout.Autograd.Functions;

/// <summary>y = f(x) for every element; dx = f'(x) ⊙ dy. x and y have any one shape. Keeps x and y.</summary>
public sealed class PointwiseFunction<TOp> : Function
    where TOp : struct, IPointwise
{
    private readonly Variable x;

    private PointwiseFunction(Variable x) => this.x = x;

    /// <summary>Computes f(x).</summary>
    public static Variable Apply(Tape tape, Variable x)
    {
        Variable y = tape.Output(x.Shape, x.RequiresGrad);
        tape.Backend.Map<TOp>(x.Value, y.Value);
        if (tape.Records(y)) tape.Record(new PointwiseFunction<TOp>(x), y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tape tape)
    {
        Tensor dx = x.GradTarget(out bool accumulate);
        tape.Backend.MapBackward<TOp>(x.Value, Output.Value, Output.Grad!, dx, accumulate);
    }
}
