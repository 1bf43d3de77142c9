// Y = X · Wᵀ with a sparse W: the loops around its kernels.
using System.Numerics;
using System.Runtime.CompilerServices;
using Sprout.Tensors.Cpu.Gemm;
using Sprout.Tensors.Cpu.Threads;
using Sprout.Tensors.Simd;
using static Sprout.Tensors.Cpu.Threads.Division;

namespace Sprout.Tensors.Cpu.Sparse;

/// <summary>A sparse weight [N, K] as a product meets it: cut into parts, each some rows of W, that multiply rows of X by themselves.</summary>
internal unsafe interface ISparseWeight
{
    /// <summary>N.</summary>
    int Rows { get; }

    /// <summary>K.</summary>
    int Depth { get; }

    /// <summary>The parts.</summary>
    int Parts { get; }

    /// <summary>Whether rows of X are read as they lie, not packed.</summary>
    static abstract bool ReadsX { get; }

    /// <summary>How m rows of X are cut into panels; <see cref="Multiply"/> takes whole ones.</summary>
    PanelShape PanelsOf(int m);

    /// <summary>Floats of scratch memory for a thread that multiplies by so many parts.</summary>
    long ScratchOf(int parts);

    /// <summary>Writes X · Wᵀ for some rows of X and the parts from <paramref name="first"/> to <paramref name="end"/>.</summary>
    /// <param name="panels">The rows of X, packed or as they lie.</param>
    /// <param name="y">Their first row of Y.</param>
    /// <param name="first">The first part.</param>
    /// <param name="end">The part after the last.</param>
    /// <param name="scratch">The thread's memory.</param>
    /// <param name="accumulate">Whether Y is added to.</param>
    void Multiply(in PackedPanels panels, float* y, int first, int end, float* scratch, bool accumulate);

    /// <summary>The first row of W of a part; N for the number of parts.</summary>
    int RowOf(int part);
}

/// <summary>
/// Pieces of one product. Where X has many rows, a piece packs a block of them, as much as stays in the level-2 cache, and meets all of W; where it has few,
/// all of X is packed first, and pieces share out the parts of W. Kernels that read X as it lies go without the packing.
/// </summary>
internal readonly unsafe struct SparseProduct<V, TWeight, TEpilogue> : IWork
    where V : struct, IVector<V>
    where TWeight : struct, ISparseWeight
    where TEpilogue : struct, IEpilogue
{
    // Pieces of a thread to aim for, so that threads finish at about the same time.
    private const int PiecesOfThread = 4;

    // A block of packed rows fills up to 40 % of the level-2 cache: W's entries and Y pass by.
    private static readonly long MostBlock = CacheSizes.Own.Level2 * 2 / 5 / sizeof(float);

    private readonly TWeight weight;
    private readonly TEpilogue epilogue;
    private readonly Operand<V, PlainReader<V>> x;
    private readonly float* rowsOfX, y, packed;
    private readonly nint stride;
    private readonly int panels, blocks, partsOfPiece;
    private readonly long scratchOfThread;
    private readonly bool shared, accumulate;

    private SparseProduct(TWeight weight, in Product product, TEpilogue epilogue, int threads)
    {
        this.weight = weight;
        this.epilogue = epilogue;
        rowsOfX = product.A;
        y = product.C;
        accumulate = product.Accumulate;
        PanelShape shape = weight.PanelsOf(product.M);
        x = new(new PlainReader<V>(product.A), shape, weight.Depth, rowsAreK: false);
        stride = TWeight.ReadsX ? (nint)shape.Tile * weight.Depth : shape.Stride(RoundUp(weight.Depth, V.Lanes));
        panels = DivideUp(product.M, shape.Tile);
        int most = (int)Math.Max(MostBlock / Math.Max(stride, 1), 1);
        shared = DivideUp(panels, most) < PiecesOfThread * threads;
        // Blocks by whole threads, so that each has as much to do.
        blocks = shared ? DivideUp(panels, most) : RoundUp(DivideUp(panels, most), threads);
        int pieces = shared ? Math.Clamp(DivideUp(PiecesOfThread * threads, blocks), 1, weight.Parts) : 1;
        partsOfPiece = DivideUp(weight.Parts, pieces);
        long packedByThread = shared || TWeight.ReadsX ? 0 : RoundUp(DivideUp(panels, blocks) * stride, Alignment);
        scratchOfThread = RoundUp(weight.ScratchOf(partsOfPiece), Alignment) + packedByThread;
    }

    private SparseProduct(in SparseProduct<V, TWeight, TEpilogue> product, float* packed)
    {
        this = product;
        this.packed = packed;
    }

    public int Pieces => blocks * PiecesOfBlock;

    private static int Alignment => 16;

    private int PiecesOfBlock => DivideUp(weight.Parts, partsOfPiece);

    private long SharedLength => shared && !TWeight.ReadsX ? RoundUp(panels * stride, Alignment) : 0;

    private int Tile => x.Shape.Tile;

    /// <summary>Computes a product of rows of A, as they lie, and Wᵀ, with its epilogue.</summary>
    public static void Run(IBackend memory, Workers workers, TWeight weight, in Product of, TEpilogue epilogue)
    {
        if (of.M == 0 || weight.Rows == 0) return;
        var product = new SparseProduct<V, TWeight, TEpilogue>(weight, of, epilogue, workers.Count);
        long floats = product.SharedLength + (workers.Count * product.scratchOfThread);
        // Powers of two, so that the pool sees few sizes.
        DeviceBuffer scratch = memory.Allocate((long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(floats, 1) * sizeof(float)));
        product = new(product, (float*)scratch.Address);
        if (product.SharedLength > 0)
        {
            var packing = new PackWork<V, PlainReader<V>>(product.x, 0, of.M, 0, weight.Depth, product.packed, product.stride);
            workers.Run(packing.Pieces, packing);
        }

        workers.Run(product.Pieces, product);
        memory.Free(scratch);
    }

    [MethodImpl(Jit.Kernel)]
    public void Run(int piece)
    {
        int block = piece / PiecesOfBlock, part = piece % PiecesOfBlock * partsOfPiece, endPart = Math.Min(part + partsOfPiece, weight.Parts);
        int firstPanel = (int)((long)panels * block / blocks), endPanel = (int)((long)panels * (block + 1) / blocks);
        int first = firstPanel * Tile, count = Math.Min(endPanel * Tile, x.Shape.Extent) - first;
        if (count <= 0) return;
        float* scratch = packed + SharedLength + (Workers.Current * scratchOfThread), own = scratch + RoundUp(weight.ScratchOf(partsOfPiece), Alignment);
        if (!shared && !TWeight.ReadsX) x.Pack(own, stride, first, count, 0, weight.Depth);
        float* start = TWeight.ReadsX ? rowsOfX + (firstPanel * stride) : shared ? packed + (firstPanel * stride) : own;
        var rows = new PackedPanels(start, stride, first, count);
        weight.Multiply(rows, y + ((nint)first * weight.Rows), part, endPart, scratch, accumulate);
        int row = weight.RowOf(part);
        epilogue.Apply(first, row, count, weight.RowOf(endPart) - row);
    }
}
