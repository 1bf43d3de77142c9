using ILGPU;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>Device side of tables: looking rows up, and adding gradients to them.</summary>
internal static class GatherKernels
{
    public static void Gather(ArrayView<float> table, ArrayView<int> rows, ArrayView<float> y, int accumulate, int columns, int count)
    {
        for (int i = Threads.Index; i < count; i += Threads.Count)
        {
            float value = table[(rows[i / columns] * columns) + (i % columns)];
            y[i] = accumulate != 0 ? y[i] + value : value;
        }
    }

    /// <summary>order[rank] = token, sorted by table row and, within a row, by token: the rank of a token is the number of tokens before it.</summary>
    public static void SortByRow(ArrayView<int> rows, ArrayView<int> order, int tokens)
    {
        for (int t = Threads.Index; t < tokens; t += Threads.Count)
        {
            int row = rows[t], rank = 0;
            for (int other = 0; other < tokens; other++)
            {
                int otherRow = rows[other];
                if (otherRow < row || (otherRow == row && other < t)) rank++;
            }

            order[rank] = t;
        }
    }

    /// <summary>One group a place in the order: the first of the places with one table row adds up all of them, in the order of the tokens.</summary>
    public static void ScatterAdd(ArrayView<float> dy, ArrayView<int> rows, ArrayView<int> order, ArrayView<float> dtable, int columns, int tokens)
    {
        int first = Grid.IdxX, row = rows[order[first]];
        if (first > 0 && rows[order[first - 1]] == row) return;
        int end = first + 1;
        while (end < tokens && rows[order[end]] == row) end++;
        for (int j = (Grid.IdxY * Group.DimX) + Group.IdxX; j < columns; j += Grid.DimY * Group.DimX)
        {
            float sum = dtable[(row * columns) + j];
            for (int i = first; i < end; i++) sum += dy[(order[i] * columns) + j];
            dtable[(row * columns) + j] = sum;
        }
    }
}
