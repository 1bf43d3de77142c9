// The innermost loops of integer products: rows of X meet the blocks of 16 outputs.
using System.Runtime.CompilerServices;
using Sprout.Tensors.Ops;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Cpu.Integers;

/// <summary>
/// Y [rows, 16] = or += X · Wᵀ of one group: a step multiplies 4 inputs of each row, at <c>x + offset</c>, by 64 weights. Pairs of steps come first, which
/// may be added up in 16 bits.
/// </summary>
internal static unsafe class IntegerTiles
{
    /// <summary>Rows of X that <see cref="Tile3"/> takes: AVX2 has no registers for more beside two steps' weights.</summary>
    public const int Rows = 3;

    private const int Block = IntegerLayout.Width * IntegerLayout.Depth;

    /// <summary>3 rows of X.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void Tile3<L>(in IntegerGroup group, byte* x, nint stride, RowQuantization* rows, float* y, nint ldy, bool accumulate)
        where L : struct, IIntegerLanes<L>
    {
        L r0 = default, r1 = default, r2 = default;
        int* offset = group.Offsets, pairsEnd = offset + (2 * group.Pairs), end = offset + group.Steps;
        sbyte* w = group.Weights;
        byte* x1 = x + stride, x2 = x1 + stride;
        for (; offset < pairsEnd; offset += 2, w += 2 * Block)
        {
            nint i = offset[0], j = offset[1];
            L w0 = L.Load(w), w1 = L.Load(w + Block);
            r0 = L.AddPair(r0, x + i, w0, x + j, w1);
            r1 = L.AddPair(r1, x1 + i, w0, x1 + j, w1);
            r2 = L.AddPair(r2, x2 + i, w0, x2 + j, w1);
        }

        for (; offset < end; offset++, w += Block)
        {
            nint i = *offset;
            L weights = L.Load(w);
            r0 = L.Add(r0, x + i, weights);
            r1 = L.Add(r1, x1 + i, weights);
            r2 = L.Add(r2, x2 + i, weights);
        }

        L.Store(r0, rows[0], group.Sums, group.Scales, y, accumulate);
        L.Store(r1, rows[1], group.Sums, group.Scales, y += ldy, accumulate);
        L.Store(r2, rows[2], group.Sums, group.Scales, y + ldy, accumulate);
    }

    /// <summary>1 row of X.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void Tile1<L>(in IntegerGroup group, byte* x, RowQuantization* row, float* y, bool accumulate) where L : struct, IIntegerLanes<L>
    {
        L sums = default;
        int* offset = group.Offsets, pairsEnd = offset + (2 * group.Pairs), end = offset + group.Steps;
        sbyte* w = group.Weights;
        for (; offset < pairsEnd; offset += 2, w += 2 * Block)
            sums = L.AddPair(sums, x + offset[0], L.Load(w), x + offset[1], L.Load(w + Block));
        for (; offset < end; offset++, w += Block) sums = L.Add(sums, x + *offset, L.Load(w));
        L.Store(sums, *row, group.Sums, group.Scales, y, accumulate);
    }
}
