// Which blocks of a group of outputs are multiplied, and in which order.
using Sprout.Tensors.Ops;

namespace Sprout.Tensors.Cpu.Integers;

/// <summary>The blocks of 4 inputs of which at least one of a group's 16 outputs has a weight: first pairs of them, then the others.</summary>
/// <param name="Blocks">Their numbers.</param>
/// <param name="Pairs">How many pairs there are.</param>
internal readonly record struct IntegerSteps(int[] Blocks, int Pairs)
{
    private const int Width = IntegerLayout.Width, Depth = IntegerLayout.Depth;

    // What the weights of one sign in a sum of four products may add up to: 16 bits ÷ the largest input.
    private const int MostOfSign = short.MaxValue / RowQuantization.Largest;

    /// <summary>Those of a group.</summary>
    public static IntegerSteps Of(QuantizedMatrix w, int group)
    {
        int blocks = (w.Shape[1] + Depth - 1) / Depth, waiting = -1;
        List<int> pairs = new(blocks), others = [];
        Span<sbyte> before = stackalloc sbyte[Width * Depth], block = stackalloc sbyte[Width * Depth];
        for (int i = 0; i < blocks; i++)
        {
            Copy(w, group, i, block);
            if (!block.ContainsAnyExcept((sbyte)0)) continue;
            if (waiting >= 0 && FitSixteenBits(before, block))
            {
                pairs.Add(waiting);
                pairs.Add(i);
                waiting = -1;
                continue;
            }

            if (waiting >= 0) others.Add(waiting);
            waiting = i;
            block.CopyTo(before);
        }

        if (waiting >= 0) others.Add(waiting);
        return new IntegerSteps([.. pairs, .. others], pairs.Count / 2);
    }

    /// <summary>Writes a block of a group, [output][input], with zeros where the matrix has ended.</summary>
    public static void Copy(QuantizedMatrix w, int group, int block, Span<sbyte> target)
    {
        (int rows, int columns, int column) = (w.Shape[0], w.Shape[1], block * Depth);
        ReadOnlySpan<sbyte> values = w.Values.Span;
        int count = Math.Min(Width, rows - (group * Width)), depth = Math.Min(Depth, columns - column);
        if (count < Width || depth < Depth) target.Clear();
        for (int output = 0; output < count; output++)
        {
            ReadOnlySpan<sbyte> source = values.Slice((((group * Width) + output) * columns) + column, depth);
            source.CopyTo(target[(output * Depth)..]);
        }
    }

    /// <summary>Whether the products of both blocks, two inputs of each, add up within 16 bits whatever the inputs are.</summary>
    public static bool FitSixteenBits(ReadOnlySpan<sbyte> first, ReadOnlySpan<sbyte> second)
    {
        for (int i = 0; i < Width * Depth; i += 2)
        {
            int a = first[i], b = first[i + 1], c = second[i], d = second[i + 1], sum = a + b + c + d;
            int magnitude = Math.Abs(a) + Math.Abs(b) + Math.Abs(c) + Math.Abs(d);
            if (magnitude + Math.Abs(sum) > 2 * MostOfSign) return false;
        }

        return true;
    }
}
