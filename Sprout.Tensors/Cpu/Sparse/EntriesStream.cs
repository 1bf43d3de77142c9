// One stream of an EntriesLayout while it is made.
using static Sprout.Tensors.Cpu.Threads.Division;

namespace Sprout.Tensors.Cpu.Sparse;

/// <summary>
/// What some rows of W keep of a slice of the inputs, as runs of 32-bit words: the number of steps; for each row its place in a tile of Y; a word to make these
/// even; and for each step and each row the input's place in a tile of X, and the weight. Places are in bytes; a row that is not there has one behind the part.
/// </summary>
internal sealed unsafe class EntriesStream(SparseMatrix w, int firstRow, int partRows, int firstInput, int inputs, int together)
{
    // The part's rows, short ones first; where the entries of each begin, and how many there are.
    private int[] order = [], begins = [], lengths = [];

    /// <summary>Runs of the stream.</summary>
    public int Runs => DivideUp(order.Length, together);

    /// <summary>Words of the stream.</summary>
    public long Words { get; private set; }

    /// <summary>Words before a run's steps.</summary>
    public static int HeaderOf(int together) => (together + 2) / 2 * 2;

    /// <summary>Sorts the rows by their lengths.</summary>
    public void Arrange()
    {
        int count = Math.Min(partRows, w.Shape[0] - firstRow);
        (begins, lengths) = (new int[count], new int[count]);
        ReadOnlySpan<int> starts = w.RowStarts.Span, columns = w.Columns.Span;
        var ends = new int[inputs + 2];
        for (int row = 0; row < count; row++)
        {
            int start = starts[firstRow + row], end = starts[firstRow + row + 1];
            begins[row] = start + FirstFrom(columns[start..end], firstInput);
            lengths[row] = start + FirstFrom(columns[start..end], firstInput + inputs) - begins[row];
            if (IsWritten(row)) ends[lengths[row] + 1]++;
        }

        // Counted by length, so that rows of one length stay in their order.
        for (int length = 0; length <= inputs; length++) ends[length + 1] += ends[length];
        order = new int[ends[inputs + 1]];
        for (int row = 0; row < count; row++)
            if (IsWritten(row)) order[ends[lengths[row]]++] = row;
        for (int run = 0; run < Runs; run++) Words += HeaderOf(together) + (2L * together * StepsOf(run));
    }

    /// <summary>Writes the words.</summary>
    public void Write(int* words)
    {
        ReadOnlySpan<int> columns = w.Columns.Span;
        ReadOnlySpan<float> values = w.Values.Span;
        for (int run = 0; run < Runs; run++)
        {
            int steps = StepsOf(run);
            *words = steps;
            for (int i = 0; i < together; i++)
            {
                int place = (run * together) + i, row = place < order.Length ? order[place] : -1;
                words[1 + i] = (row < 0 ? partRows : row) * EntriesLayout.InputBytes;
                int* step = words + HeaderOf(together) + (2 * i);
                for (int s = 0; s < steps; s++, step += 2 * together)
                {
                    bool isThere = row >= 0 && s < lengths[row];
                    step[0] = (isThere ? columns[begins[row] + s] : firstInput) * EntriesLayout.InputBytes;
                    step[1] = BitConverter.SingleToInt32Bits(isThere ? values[begins[row] + s] : 0f);
                }
            }

            words += HeaderOf(together) + (2 * together * steps);
        }
    }

    // A row without any entry is written once, as zeros.
    private bool IsWritten(int row) => firstInput == 0 || w.RowStarts.Span[firstRow + row + 1] > w.RowStarts.Span[firstRow + row];

    private int StepsOf(int run) => lengths[order[Math.Min((run + 1) * together, order.Length) - 1]];

    private static int FirstFrom(ReadOnlySpan<int> columns, int column)
    {
        int found = columns.BinarySearch(column);
        return found < 0 ? ~found : found;
    }
}
