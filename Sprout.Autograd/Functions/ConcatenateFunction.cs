// Rows of several matrices, one below the other.
using Sprout.Tensors;

namespace Sprout.Autograd.Functions;

/// <summary>
/// y = the rows of x₁, then those of x₂, …; dxᵢ += its rows of dy. xᵢ [Rᵢ, C], y [Σ Rᵢ, C]. Columns are joined by transposing before and after.
/// </summary>
public sealed class ConcatenateFunction : Function
{
    private readonly Variable[] parts;

    private ConcatenateFunction(Variable[] parts) => this.parts = parts;

    /// <summary>Puts matrices one below the other.</summary>
    /// <exception cref="ArgumentException">There are none, one is no matrix, or their widths differ.</exception>
    public static Variable Apply(Tape tape, params Variable[] parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        // The caller may use its array again.
        parts = [.. parts];
        if (parts.Length == 0 || parts.Any(part => part.Shape.Rank != 2 || part.Shape.Columns != parts[0].Shape.Columns))
            throw new ArgumentException(
                $"Concatenate: expected matrices of one width, found {(parts.Length == 0 ? "none" : string.Join(", ", parts.Select(part => part.Shape)))}.");
        Variable y = tape.Output(new Shape(parts.Sum(part => part.Shape.Rows), parts[0].Shape.Columns), parts.Any(part => part.RequiresGrad));
        long start = 0;
        foreach (Variable part in parts)
        {
            tape.Backend.Copy(part.Value, y.Value.Slice(start, part.Shape));
            start += part.Shape.Count;
        }

        if (tape.Records(y)) tape.Record(new ConcatenateFunction(parts), y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tape tape)
    {
        long start = 0;
        foreach (Variable part in parts)
        {
            if (part.RequiresGrad)
            {
                Tensor rows = Output.Grad!.Slice(start, part.Shape), gradient = part.GradTarget(out bool accumulate);
                if (accumulate) tape.Backend.AddScaled(rows, 1f, gradient);
                else tape.Backend.Copy(rows, gradient);
            }

            start += part.Shape.Count;
        }
    }
}
