// Memory for one sparse matrix after the other.
namespace Sprout.Tensors;

/// <summary>The arrays of a <see cref="SparseMatrix"/> that grow as they are needed: a matrix made of them is gone when the next one is.</summary>
internal sealed class SparseArrays
{
    private int[] starts = [], columns = [];
    private float[] values = [];

    /// <summary>Starts for so many rows, and one more, with what they had in them.</summary>
    public int[] Starts(int rows)
    {
        if (starts.Length <= rows) starts = new int[rows + 1];
        return starts;
    }

    /// <summary>Room for so many entries.</summary>
    public (int[] Columns, float[] Values) Entries(int count)
    {
        if (columns.Length < count)
        {
            int most = (int)Math.Min(count + (count / 8L), Array.MaxLength);
            (columns, values) = (new int[most], new float[most]);
        }

        return (columns, values);
    }

    /// <summary>The matrix that has been written into the arrays.</summary>
    public SparseMatrix Matrix(Shape shape)
    {
        int count = starts[shape[0]];
        return SparseMatrix.Trusted(shape, starts.AsMemory(0, shape[0] + 1), columns.AsMemory(0, count), values.AsMemory(0, count));
    }
}
