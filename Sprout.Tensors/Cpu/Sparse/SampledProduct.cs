// C = (Aᵀ · B) ⊙ M for the few entries that M keeps.
using System.Numerics;
using System.Runtime.CompilerServices;
using Sprout.Tensors.Cpu.Gemm;
using Sprout.Tensors.Cpu.Threads;
using Sprout.Tensors.Simd;
using static Sprout.Tensors.Cpu.Threads.Division;

namespace Sprout.Tensors.Cpu.Sparse;

/// <summary>
/// A sampled product for one block of k: A [k, m] and B [k, n] are packed so that <see cref="Depth"/> values of k of one column lie side by side, and each kept
/// entry of C is a dot product of two columns, with k in lanes, tile after tile. A piece is some rows and columns of C. An entry's sum depends on k alone, not
/// on its neighbours, the number of threads or the caches; the dense product adds up in another order.
/// </summary>
internal readonly unsafe struct SampledProduct<V> : IWork where V : struct, IVector<V>
{
    // A tile of B for a piece's columns (24 KB) stays in the level-1 cache while the piece's rows pass.
    private const int Depth = 64, PieceRows = 64, PieceColumns = 96;

    // Values of k that are packed at a time: what is packed stays in the level-3 cache, and a piece's entries are read off the mask that many times less.
    private const int BlockOfK = 512;

    // Above this share of kept entries the dense product is taken. Sampled ones took 0.5 to 0.7 of its time at 20 %, 0.6 to 1.1 at 29 % (a thread of a Zen 3).
    // With fewer values of k a tile's lanes are empty.
    private const double MostKept = 0.25;
    private const int LeastK = 64;

    // Bits of a mask that one read of 64 has wherever it begins.
    private const int BitsOfRead = 48;

    private const int ColumnBytes = Depth * sizeof(float), Group = 4;

    private readonly Operand<V, PlainReader<V>> a, b;
    private readonly float* packedA, packedB, c;
    private readonly int* bits;
    private readonly int m, n, tiles;
    private readonly bool accumulate;

    private SampledProduct(
        in Operand<V, PlainReader<V>> a, in Operand<V, PlainReader<V>> b, float* packed, int m, int n, int k, int* bits, float* c, bool accumulate)
    {
        (this.a, this.b, this.m, this.n, this.accumulate) = (a, b, m, n, accumulate);
        this.c = c;
        packedA = packed;
        packedB = packed + (DivideUp(BlockOfK, Depth) * StrideOf(m));
        this.bits = bits;
        tiles = DivideUp(k, Depth);
    }

    /// <summary>Whether so few entries are kept of a product of that depth that it is faster than the dense one.</summary>
    public static bool Pays(long kept, long count, int k) => k >= LeastK && kept <= MostKept * count;

    /// <summary>C = (Aᵀ · B) ⊙ M, or C += …, for a [k, m], b [k, n] and bits and c of [m, n].</summary>
    public static void Run(IBackend memory, Workers workers, Tensor a, Tensor b, IntTensor bits, Tensor c, bool accumulate)
    {
        int m = c.Shape[0], n = c.Shape[1], k = a.Shape.Rows;
        var shape = new PanelShape(k, Depth, Depth);
        var operandA = new Operand<V, PlainReader<V>>(new(a.Pointer), shape, m, rowsAreK: false);
        var operandB = new Operand<V, PlainReader<V>>(new(b.Pointer), shape, n, rowsAreK: false);
        long floats = DivideUp(BlockOfK, Depth) * (StrideOf(m) + StrideOf(n));
        DeviceBuffer scratch = memory.Allocate((long)BitOperations.RoundUpToPowerOf2((ulong)floats * sizeof(float)));
        for (int p = 0; p < k; p += BlockOfK)
        {
            var product = new SampledProduct<V>(
                operandA, operandB, (float*)scratch.Address, m, n, Math.Min(k - p, BlockOfK), bits.Pointer, c.Pointer, accumulate || p > 0);
            PackBothWork<V, PlainReader<V>> packing = product.Packing(p, Math.Min(k - p, BlockOfK));
            workers.Run(packing.Pieces, packing);
            workers.Run(DivideUp(m, PieceRows) * DivideUp(n, PieceColumns), product);
        }

        memory.Free(scratch);
    }

    [MethodImpl(Jit.Kernel)]
    [SkipLocalsInit]
    public void Run(int piece)
    {
        int across = DivideUp(n, PieceColumns), row = piece / across * PieceRows, column = piece % across * PieceColumns;
        int rows = Math.Min(PieceRows, m - row), columns = Math.Min(PieceColumns, n - column);
        uint* entries = stackalloc uint[PieceRows * PieceColumns];
        float* sums = stackalloc float[PieceRows * PieceColumns];
        int count = FindEntries(row, column, rows, columns, entries);
        float* target = c + ((nint)row * n) + column;
        for (int i = 0; i < count; i++) sums[i] = accumulate ? target[PlaceOf(entries[i])] : 0f;
        for (int tile = 0; tile < tiles; tile++)
        {
            float* ofA = packedA + (tile * StrideOf(m)) + ((nint)row * Depth), ofB = packedB + (tile * StrideOf(n)) + ((nint)column * Depth);
            AddTile(entries, count, (byte*)ofA, (byte*)ofB, sums);
        }

        for (int i = 0; !accumulate && i < rows; i++) new Span<float>(target + ((nint)i * n), columns).Clear();
        for (int i = 0; i < count; i++) target[PlaceOf(entries[i])] = sums[i];
    }

    // sums[i] += the dot product of a column of A and one of B, whose places in bytes are the halves of entry i. Two groups at a time have enough sums to hide
    // a multiplication's latency.
    [MethodImpl(Jit.Kernel)]
    [SkipLocalsInit]
    private static void AddTile(uint* entries, int count, byte* a, byte* b, float* sums)
    {
        float* eight = stackalloc float[2 * Group];
        for (uint* end = entries + count; entries < end; entries += 2 * Group, sums += 2 * Group)
        {
            V s0 = V.Zero, s1 = V.Zero, s2 = V.Zero, s3 = V.Zero, s4 = V.Zero, s5 = V.Zero, s6 = V.Zero, s7 = V.Zero;
            byte* x0 = a + (entries[0] >> 16), x1 = a + (entries[Group] >> 16);
            byte* y0 = b + (ushort)entries[0], y1 = b + (ushort)entries[1], y2 = b + (ushort)entries[2], y3 = b + (ushort)entries[3];
            byte* y4 = b + (ushort)entries[4], y5 = b + (ushort)entries[5], y6 = b + (ushort)entries[6], y7 = b + (ushort)entries[7];
            for (nint i = 0; i < ColumnBytes; i += V.Lanes * sizeof(float))
            {
                V x = V.Load((float*)(x0 + i));
                s0 = V.MultiplyAdd(x, V.Load((float*)(y0 + i)), s0);
                s1 = V.MultiplyAdd(x, V.Load((float*)(y1 + i)), s1);
                s2 = V.MultiplyAdd(x, V.Load((float*)(y2 + i)), s2);
                s3 = V.MultiplyAdd(x, V.Load((float*)(y3 + i)), s3);
                x = V.Load((float*)(x1 + i));
                s4 = V.MultiplyAdd(x, V.Load((float*)(y4 + i)), s4);
                s5 = V.MultiplyAdd(x, V.Load((float*)(y5 + i)), s5);
                s6 = V.MultiplyAdd(x, V.Load((float*)(y6 + i)), s6);
                s7 = V.MultiplyAdd(x, V.Load((float*)(y7 + i)), s7);
            }

            V.StoreSums(s0, s1, s2, s3, eight);
            V.StoreSums(s4, s5, s6, s7, eight + Group);
            V128.Store(V128.Load(sums) + V128.Load(eight), sums);
            V128.Store(V128.Load(sums + Group) + V128.Load(eight + Group), sums + Group);
        }
    }

    private static nint StrideOf(int extent) => new PanelShape(0, Depth, Depth).Stride(RoundUp(extent, V.Lanes));

    private PackBothWork<V, PlainReader<V>> Packing(int p, int count) =>
        new(new(a, p, count, 0, m, packedA, StrideOf(m)), new(b, p, count, 0, n, packedB, StrideOf(n)));

    // Where an entry lies from the first one of its piece.
    private nint PlaceOf(uint entry) => ((nint)(entry >> 16) / ColumnBytes * n) + ((ushort)entry / ColumnBytes);

    // The kept entries of a piece, row by row: the places of their columns of A (high half) and B in a tile, in bytes. A row's last one stands for those that
    // it lacks to whole groups.
    private int FindEntries(int row, int column, int rows, int columns, uint* entries)
    {
        int count = 0;
        for (int i = 0; i < rows; i++)
        {
            nint first = ((nint)(row + i) * n) + column;
            for (int j = 0; j < columns; j += BitsOfRead)
            {
                nint index = first + j;
                ulong kept = Unsafe.ReadUnaligned<ulong>((byte*)bits + (index >> 3)) >> (int)(index & 7);
                for (kept &= (1UL << Math.Min(BitsOfRead, columns - j)) - 1; kept != 0; kept &= kept - 1)
                    entries[count++] = (uint)(((i << 16) + j + BitOperations.TrailingZeroCount(kept)) * ColumnBytes);
            }

            for (; count % Group != 0; count++) entries[count] = entries[count - 1];
        }

        for (; count % (2 * Group) != 0; count++) entries[count] = entries[count - 1];
        return count;
    }
}
