// Rows of a matrix by index.
using Sprout.Tensors;

namespace Sprout.Autograd.Functions;

/// <summary>
/// y[t] = x[rows[t]]; dx[rows[t]] += dy[t]. x [V, H], rows [T] each in [0, V), y [T, H]: the [CLS] tokens of a batch, the masked tokens of a language model.
/// </summary>
public sealed class GatherFunction : Function
{
    private readonly Variable x;
    private readonly IntTensor rows;

    private GatherFunction(Variable x, IntTensor rows)
    {
        this.x = x;
        this.rows = rows;
    }

    /// <summary>Picks rows.</summary>
    /// <exception cref="ArgumentException">x is no matrix.</exception>
    public static Variable Apply(Tape tape, Variable x, IntTensor rows)
    {
        if (x.Shape.Rank != 2) throw new ArgumentException($"Gather: expected a matrix, found shape {x.Shape}.");
        Variable y = tape.Output(new Shape(rows.Length, x.Shape.Columns), x.RequiresGrad);
        tape.Backend.Gather(x.Value, rows, y.Value, accumulate: false);
        if (tape.Records(y)) tape.Record(new GatherFunction(x, rows), y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tape tape) => tape.Backend.ScatterAdd(Output.Grad!, rows, x.GradSum());
}
