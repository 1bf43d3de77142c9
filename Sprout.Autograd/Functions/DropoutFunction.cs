// Dropout by itself.
using Sprout.Tensors;

namespace Sprout.Autograd.Functions;

/// <summary>
/// y = x ⊙ keep / (1 − p) with keep drawn from the counter-based sequence (Srivastava et al. 2014); dx = dy ⊙ keep / (1 − p), recomputed, nothing is kept.
/// </summary>
public sealed class DropoutFunction : Function
{
    private readonly Variable x;
    private readonly Dropout dropout;

    private DropoutFunction(Variable x, Dropout dropout)
    {
        this.x = x;
        this.dropout = dropout;
    }

    /// <summary>Drops elements while the tape records; otherwise returns x itself.</summary>
    public static Variable Apply(Tape tape, Variable x, float probability)
    {
        Dropout dropout = tape.NextDropout(probability);
        if (!dropout.IsActive) return x;
        Variable y = tape.Output(x.Shape, x.RequiresGrad);
        tape.Backend.ApplyDropout(x.Value, dropout, y.Value);
        if (tape.Records(y)) tape.Record(new DropoutFunction(x, dropout), y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tape tape)
    {
        Tensor dx = x.GradTarget(out bool accumulate);
        if (!accumulate)
        {
            tape.Backend.ApplyDropout(Output.Grad!, dropout, dx);
            return;
        }

        tape.Backend.ApplyDropout(Output.Grad!, dropout, Output.Grad!);
        tape.Backend.AddScaled(Output.Grad!, 1f, dx);
    }
}
