// Which inputs a group of outputs keeps.
namespace Sprout.Tensors.Cpu.Sparse;

/// <summary>The inputs that at least one of a group's 16 outputs keeps, for every group of a weight.</summary>
internal static class VectorBlockInputs
{
    /// <summary>For each group its inputs, rising.</summary>
    public static int[][] Of(SparseMatrix w)
    {
        ReadOnlySpan<int> starts = w.RowStarts.Span, columns = w.Columns.Span;
        var inputs = new int[Threads.Division.DivideUp(w.Shape[0], VectorBlockLayout.Width)][];
        var kept = new bool[w.Shape[1]];
        for (int group = 0; group < inputs.Length; group++)
        {
            int end = Math.Min((group + 1) * VectorBlockLayout.Width, w.Shape[0]);
            foreach (int column in columns[starts[group * VectorBlockLayout.Width]..starts[end]]) kept[column] = true;
            inputs[group] = [.. Enumerable.Range(0, kept.Length).Where(column => kept[column])];
            Array.Clear(kept);
        }

        return inputs;
    }
}
