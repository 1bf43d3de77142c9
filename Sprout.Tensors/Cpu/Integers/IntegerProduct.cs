// Y = X · Wᵀ in 8 bits: the loops around its tiles.
using System.Numerics;
using System.Runtime.CompilerServices;
using Sprout.Tensors.Cpu.Gemm;
using Sprout.Tensors.Cpu.Threads;
using Sprout.Tensors.Ops;
using Sprout.Tensors.Simd;
using static Sprout.Tensors.Cpu.Threads.Division;

namespace Sprout.Tensors.Cpu.Integers;

/// <summary>One product whose X is quantised. A piece is a block of rows, as many as stay in the level-2 cache, and a part of the groups of W.</summary>
internal readonly unsafe struct IntegerProduct<V, TLanes, TEpilogue> : IWork
    where V : struct, IVector<V>
    where TLanes : struct, IIntegerLanes<TLanes>
    where TEpilogue : struct, IEpilogue
{
    // Pieces of a thread to aim for, so that threads finish at about the same time.
    private const int PiecesOfThread = 4;

    private const int Tile = IntegerTiles.Rows, Width = IntegerLayout.Width, Line = 64;

    private static readonly long MostBlock = CacheSizes.Own.Level2 * 2 / 5;

    private readonly IntegerLayout w;
    private readonly TEpilogue epilogue;
    private readonly float* y;
    private readonly byte* x;
    private readonly RowQuantization* rows;
    private readonly nint stride;
    private readonly int m, n, rowsOfBlock, blocks, groupsOfPiece;
    private readonly bool accumulate;

    private IntegerProduct(IntegerLayout w, in Product product, TEpilogue epilogue, byte* x, nint stride, RowQuantization* rows, int threads)
    {
        this.w = w;
        this.epilogue = epilogue;
        this.x = x;
        this.stride = stride;
        this.rows = rows;
        (m, n, accumulate) = (product.M, product.N, product.Accumulate);
        y = product.C;
        rowsOfBlock = RoundUp(Math.Min(Math.Max(MostBlock / stride, 1), m), Tile);
        blocks = DivideUp(m, rowsOfBlock);
        groupsOfPiece = DivideUp(w.Groups, Math.Clamp(DivideUp(PiecesOfThread * threads, blocks), 1, w.Groups));
    }

    private int PiecesOfBlock => DivideUp(w.Groups, groupsOfPiece);

    /// <summary>Computes a product of rows of A, as they lie, and Wᵀ, with its epilogue.</summary>
    public static void Run(IBackend memory, Workers workers, IntegerLayout w, in Product product, TEpilogue epilogue)
    {
        if (product.M == 0 || product.N == 0) return;
        // One line more than a row holds, otherwise rows would lie in the same few sets of the level-1 cache.
        nint stride = RoundUp(product.K, Line) + Line;
        // Whole tiles of rows; of those that are not there nobody reads the results.
        int count = RoundUp(product.M, Tile);
        long bytes = count * (stride + sizeof(RowQuantization));
        // Powers of two, so that the pool sees few sizes.
        DeviceBuffer scratch = memory.Allocate((long)BitOperations.RoundUpToPowerOf2((ulong)bytes));
        byte* x = (byte*)scratch.Address;
        var rows = (RowQuantization*)(x + (count * stride));
        var quantizing = new QuantizedRows<V>(product.A, product.M, product.K, x, stride, rows);
        workers.Run(quantizing.Pieces, quantizing);
        var multiplying = new IntegerProduct<V, TLanes, TEpilogue>(w, product, epilogue, x, stride, rows, workers.Count);
        workers.Run(multiplying.blocks * multiplying.PiecesOfBlock, multiplying);
        memory.Free(scratch);
    }

    [MethodImpl(Jit.Kernel)]
    public void Run(int piece)
    {
        int first = piece / PiecesOfBlock * rowsOfBlock, end = Math.Min(first + rowsOfBlock, m);
        int firstGroup = piece % PiecesOfBlock * groupsOfPiece, endGroup = Math.Min(firstGroup + groupsOfPiece, w.Groups);
        for (int number = firstGroup; number < endGroup; number++)
        {
            IntegerGroup group = w[number];
            int column = number * Width, columns = Math.Min(Width, n - column), row = first;
            for (; row <= end - Tile && columns == Width; row += Tile)
                IntegerTiles.Tile3<TLanes>(group, x + (row * stride), stride, rows + row, y + ((nint)row * n) + column, n, accumulate);
            if (row < end) MultiplyEdge(group, row, end, column, columns);
            epilogue.Apply(first, column, end - first, columns);
        }
    }

    // Rows at the end of X, or all rows where W ends within a group.
    private void MultiplyEdge(in IntegerGroup group, int row, int end, int column, int columns)
    {
        float* tile = stackalloc float[Tile * Width];
        for (; row < end; row += Tile)
        {
            int count = Math.Min(Tile, end - row);
            if (count == 1) IntegerTiles.Tile1<TLanes>(group, x + (row * stride), rows + row, tile, accumulate: false);
            else IntegerTiles.Tile3<TLanes>(group, x + (row * stride), stride, rows + row, tile, Width, accumulate: false);
            for (int i = 0; i < count; i++)
            {
                float* source = tile + (i * Width), target = y + ((nint)(row + i) * n) + column;
                for (int j = 0; j < columns; j++) target[j] = accumulate ? target[j] + source[j] : source[j];
            }
        }
    }
}
