// A pruned weight by the entries that it has kept.
namespace Sprout.Tensors;

/// <summary>
/// W [N, K] as compressed sparse rows: the kept entries of row n are number <c>RowStarts[n]</c> to <c>RowStarts[n + 1]</c> of <see cref="Columns"/> and
/// <see cref="Values"/>, in the order of their columns; all others are 0. It lies in host memory, and is what sources of pruned models hand to
/// <see cref="IBackend.Pack(SparseMatrix)"/>.
/// </summary>
public sealed class SparseMatrix
{
    /// <summary>A matrix of the given parts, which it keeps and nobody may change.</summary>
    /// <param name="shape">[N, K].</param>
    /// <param name="rowStarts">N + 1 positions that begin with 0, never fall and end with the number of entries.</param>
    /// <param name="columns">The columns of the entries, rising within a row.</param>
    /// <param name="values">The entries.</param>
    /// <exception cref="ArgumentException">The parts contradict each other.</exception>
    public SparseMatrix(Shape shape, int[] rowStarts, int[] columns, float[] values)
    {
        ArgumentNullException.ThrowIfNull(rowStarts);
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(values);
        if (shape.Rank != 2) throw new ArgumentException($"SparseMatrix: expected a shape [N, K], found {shape}.");
        if (rowStarts.Length != shape[0] + 1 || rowStarts[0] != 0 || rowStarts[^1] != values.Length || columns.Length != values.Length)
            throw new ArgumentException($"SparseMatrix {shape}: the starts of rows do not reach from 0 to the {values.Length} entries.");
        (Shape, RowStarts, Columns, Values) = (shape, rowStarts, columns, values);
        for (int row = 0; row < shape[0]; row++) CheckRow(row);
    }

    private SparseMatrix((Shape Shape, ReadOnlyMemory<int> RowStarts, ReadOnlyMemory<int> Columns, ReadOnlyMemory<float> Values) parts) =>
        (Shape, RowStarts, Columns, Values) = parts;

    /// <summary>[N, K].</summary>
    public Shape Shape { get; }

    /// <summary>Where each row's entries begin, and at the end their number.</summary>
    public ReadOnlyMemory<int> RowStarts { get; }

    /// <summary>The column of each entry.</summary>
    public ReadOnlyMemory<int> Columns { get; }

    /// <summary>The entries.</summary>
    public ReadOnlyMemory<float> Values { get; }

    /// <summary>A matrix of parts that a kernel made, which are not looked at again.</summary>
    internal static SparseMatrix Trusted(Shape shape, ReadOnlyMemory<int> rowStarts, ReadOnlyMemory<int> columns, ReadOnlyMemory<float> values) =>
        new((shape, rowStarts, columns, values));

    /// <summary>Wᵀ [K, N], in the arrays given.</summary>
    internal SparseMatrix Transpose(SparseArrays arrays)
    {
        ReadOnlySpan<int> starts = RowStarts.Span, columns = Columns.Span;
        ReadOnlySpan<float> values = Values.Span;
        // Place c + 1 counts row c, then says where it begins, and is moved to its end while the row fills: where the next begins.
        Span<int> ends = arrays.Starts(Shape[1]).AsSpan(0, Shape[1] + 1);
        ends.Clear();
        foreach (int column in columns)
            if (column + 2 <= Shape[1]) ends[column + 2]++;
        for (int column = 2; column <= Shape[1]; column++) ends[column] += ends[column - 1];
        (int[] rows, float[] entries) = arrays.Entries(values.Length);
        for (int row = 0; row < Shape[0]; row++)
            for (int i = starts[row]; i < starts[row + 1]; i++)
            {
                int place = ends[columns[i] + 1]++;
                (rows[place], entries[place]) = (row, values[i]);
            }

        return arrays.Matrix(new Shape(Shape[1], Shape[0]));
    }

    /// <summary>Writes W densely, row-major.</summary>
    /// <param name="dense">Receives N · K entries.</param>
    public void CopyTo(Span<float> dense)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(dense.Length, Shape.Count);
        dense.Clear();
        ReadOnlySpan<int> starts = RowStarts.Span, columns = Columns.Span;
        ReadOnlySpan<float> values = Values.Span;
        for (int row = 0; row < Shape[0]; row++)
        {
            Span<float> target = dense.Slice(row * Shape[1], Shape[1]);
            for (int i = starts[row]; i < starts[row + 1]; i++) target[columns[i]] = values[i];
        }
    }

    private void CheckRow(int row)
    {
        int start = RowStarts.Span[row], end = RowStarts.Span[row + 1], before = -1;
        if (start > end) throw new ArgumentException($"SparseMatrix {Shape}: row {row} begins at entry {start}, the next at {end}.");
        if (end > Columns.Length) throw new ArgumentException($"SparseMatrix {Shape}: row {row} ends at entry {end} of {Columns.Length}.");
        foreach (int column in Columns.Span[start..end])
        {
            if (column <= before || column >= Shape[1])
                throw new ArgumentException($"SparseMatrix {Shape}: row {row} has column {column} after {before}.");
            before = column;
        }
    }
}
