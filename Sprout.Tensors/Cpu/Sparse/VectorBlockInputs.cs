// Which inputs a group of outputs keeps.
using System.Numerics;
using Sprout.Tensors.Cpu.Threads;
using static Sprout.Tensors.Cpu.Threads.Division;

namespace Sprout.Tensors.Cpu.Sparse;

/// <summary>The inputs that at least one of a group's 16 outputs keeps, rising, for every group of a weight. A piece is a group.</summary>
internal readonly struct VectorBlockInputs(SparseMatrix w, int[][] inputs) : IWork
{
    private const int WordBits = 64;

    /// <summary>Those of all groups.</summary>
    public static int[][] Of(SparseMatrix w, Workers workers)
    {
        var inputs = new int[DivideUp(w.Shape[0], VectorBlockLayout.Width)][];
        workers.Run(inputs.Length, new VectorBlockInputs(w, inputs));
        return inputs;
    }

    public void Run(int group)
    {
        int first = group * VectorBlockLayout.Width, end = Math.Min(first + VectorBlockLayout.Width, w.Shape[0]), count = 0;
        ReadOnlySpan<int> starts = w.RowStarts.Span;
        var kept = new ulong[DivideUp(w.Shape[1], WordBits)];
        foreach (int column in w.Columns.Span[starts[first]..starts[end]]) kept[column / WordBits] |= 1UL << (column % WordBits);
        foreach (ulong word in kept) count += BitOperations.PopCount(word);
        var found = new int[count];
        int at = 0;
        for (int i = 0; i < kept.Length; i++)
            for (ulong word = kept[i]; word != 0; word &= word - 1) found[at++] = (i * WordBits) + BitOperations.TrailingZeroCount(word);
        inputs[group] = found;
    }
}
