// The rows and columns of a tensor that hold nothing.
namespace Sprout.Pruning.Structure;

/// <summary>Which rows and which columns of a tensor are all 0; a vector is one column.</summary>
internal sealed record ZeroLines(bool[] Rows, bool[] Columns)
{
    /// <summary>Those of row-major values.</summary>
    public static ZeroLines Of(float[] values, int[] extents)
    {
        int rows = extents[0], columns = extents.Length == 2 ? extents[1] : 1;
        bool[] zeroRows = new bool[rows], zeroColumns = new bool[columns];
        Array.Fill(zeroRows, true);
        Array.Fill(zeroColumns, true);
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                if (values[((long)i * columns) + j] == 0) continue;
                zeroRows[i] = false;
                zeroColumns[j] = false;
            }
        }

        return new ZeroLines(zeroRows, zeroColumns);
    }
}
