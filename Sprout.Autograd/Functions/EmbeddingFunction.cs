// The sum of BERT's three embedding tables.
using Sprout.Tensors;

namespace Sprout.Autograd.Functions;

/// <summary>y[t] = word[ids[t]] + position[positions[t]] + type[types[t]] (Devlin et al. 2019, figure 2). Tables [·, H], index arrays [T], y [T, H].</summary>
public sealed class EmbeddingFunction : Function
{
    private readonly (Parameter Table, IntTensor Rows)[] parts;

    private EmbeddingFunction((Parameter, IntTensor)[] parts) => this.parts = parts;

    /// <summary>Adds up one row of every table for each token.</summary>
    /// <exception cref="ArgumentException">Tables of different width or index arrays of different length.</exception>
    public static Variable Apply(Tape tape, params ReadOnlySpan<(Parameter Table, IntTensor Rows)> parts)
    {
        int columns = parts[0].Table.Shape.Columns, tokens = parts[0].Rows.Length;
        bool needsGrad = false;
        foreach ((Parameter table, IntTensor rows) in parts)
        {
            if (table.Shape.Rank != 2 || table.Shape.Columns != columns || rows.Length != tokens)
                throw new ArgumentException(
                    $"Embedding: \"{table.Name}\" has shape {table.Shape} for {rows.Length} tokens, "
                    + $"expected a matrix of {columns} columns and {tokens} tokens.");
            needsGrad |= table.RequiresGrad;
        }

        Variable y = tape.Output(new Shape(tokens, columns), needsGrad);
        for (int i = 0; i < parts.Length; i++) tape.Backend.Gather(parts[i].Table.Value, parts[i].Rows, y.Value, accumulate: i > 0);
        if (tape.Records(y)) tape.Record(new EmbeddingFunction([.. parts]), y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tape tape)
    {
        foreach ((Parameter table, IntTensor rows) in parts)
            if (table.RequiresGrad) tape.Backend.ScatterAdd(Output.Grad!, rows, table.GradSum());
    }
}
