// The mean of rows.
using Sprout.Tensors;

namespace Sprout.Autograd.Functions;

/// <summary>y = 1/R · Σ over rows of x; dx[r] += dy / R for every row r. x [R, C] with at least one row, y [1, C].</summary>
public sealed class MeanFunction : Function
{
    private readonly Variable x;

    private MeanFunction(Variable x) => this.x = x;

    /// <summary>Averages the rows of a matrix.</summary>
    /// <exception cref="ArgumentException">x is no matrix, or has no rows.</exception>
    public static Variable Apply(Tape tape, Variable x)
    {
        if (x.Shape.Rank != 2 || x.Shape.Rows == 0) throw new ArgumentException($"Mean: expected a matrix with at least one row, found shape {x.Shape}.");
        Variable y = tape.Output(new Shape(1, x.Shape.Columns), x.RequiresGrad);
        using Tensor sums = Tensor.Zeros(tape.Backend, y.Shape);
        tape.Backend.ColumnSum(x.Value, sums);
        tape.Backend.Fill(y.Value, 0f);
        tape.Backend.AddScaled(sums, 1f / x.Shape.Rows, y.Value);
        if (tape.Records(y)) tape.Record(new MeanFunction(x), y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tape tape)
    {
        IBackend backend = tape.Backend;
        using Tensor share = Tensor.Zeros(backend, Output.Shape);
        backend.AddScaled(Output.Grad!, 1f / x.Shape.Rows, share);
        using IntTensor first = IntTensor.From(backend, new int[x.Shape.Rows]);
        Tensor dx = x.GradTarget(out bool accumulate);
        backend.Gather(share, first, dx, accumulate);
    }
}
