using System.Numerics;
using Sprout.Tensors.Simd;
using static Sprout.Tensors.Cpu.Threads.Division;

namespace Sprout.Tensors.Cpu.Gemm;

/// <summary>
/// The sizes of one product C [m, n] = or += A [m, k] · B [k, n], in the words of Goto and van de Geijn 2008 and of BLIS (Van Zee and van de Geijn 2015).
/// Tile: mr × nr entries of C in registers. Panel: mr rows of A or nr columns of B, packed in the order in which a tile reads them. Block: panels that stay in
/// a cache. BLIS packs a block of B, kc × nc, for all threads, in the level-3 cache, and blocks of A, mc × kc, for one thread each, in its level-2 cache. It is
/// the same here, but for this:
/// <list type="bullet">
/// <item>The operand that is packed for all threads, <see cref="Shared"/>, is the smaller one: B, or A where m &lt; n. Then nc counts rows of A and mc columns
/// of B. The other one is <see cref="Own"/>: each thread packs its own blocks, so that a large weight is read from memory once however few rows meet it.</item>
/// <item>A shared block has all of k, not kc of it, unless k is outermost (<see cref="KOutermost"/>).</item>
/// <item>Own blocks that several pieces of C need are packed for all threads beforehand (<see cref="PacksOwnBeforehand"/>).</item>
/// </list>
/// kc depends on the shape alone, and with it the order of every sum; mc, nc and the pieces follow from the caches and the number of threads too.
/// </summary>
internal readonly struct Blocking<V> where V : struct, IVector<V>
{
    // A panel of the shared operand is at most 48 KB (kc × 32 floats) and passes by. A larger kc would amortise better that tiles read and write C for every
    // kc, but would leave less room for mc.
    private const int MostKC = 384;

    // An own block, kc × these floats, fills up to 28 % of the level-2 cache (176 of 1 MB): it must stay there while panels and C pass by. Measured flat from
    // 128 to 288.
    private static readonly int MostMC = (int)Math.Clamp(CacheSizes.Own.Level2 * 28 / 100 / (MostKC * sizeof(float)) / 16 * 16, 96, 384);

    // A shared block: three eighths of the level-3 cache, from which all threads read it; while it is multiplied, the next one fills as much again.
    private static readonly long MostShared = Math.Clamp(CacheSizes.Own.Level3 * 3 / 8 / sizeof(float), 1 << 20, 8 << 20);

    // Pieces of a thread to aim for, so that threads finish at about the same time, but none below a million multiply-adds (10 µs), which would not repay the
    // hand-over.
    private const int PiecesOfThread = 4;
    private const long LeastWork = 1 << 20;

    // mc is not cut finer than so many panels only to have more pieces: a shared panel should serve several tiles while it is near.
    private const int LeastPanelsOfA = 4, LeastPanelsOfB = 2;

    private readonly bool packedB;

    public Blocking(in Product product, bool packedB, int threads)
    {
        this.packedB = packedB;
        int m = product.M, n = product.N, k = product.K;
        PanelShape a = RegisterTile<V>.PanelsOfA(m), b = RegisterTile<V>.PanelsOfB(n);
        SharesA = m < n;
        (Shared, Own) = SharesA ? (a, b) : (b, a);

        KC = SliceOf(k);
        KOutermost = product.TransposeA && !product.TransposeB && k > KC && (long)Own.Extent * KC <= MostShared;
        SharedK = KOutermost ? KC : Math.Max(k, 1);
        SharedStride = Shared.Stride(Math.Min(k, SharedK));
        long fitting = Math.Max(MostShared / SharedStride, 4) * Shared.Tile;
        NC = RoundUp(DivideUp(Shared.Extent, DivideUp(Shared.Extent, fitting)), Shared.Tile);
        BlocksAcross = DivideUp(Shared.Extent, NC);
        SharedBlocks = BlocksAcross * Math.Max(1, DivideUp(k, SharedK));

        long wanted = Math.Clamp((long)m * n * k / LeastWork, 1, PiecesOfThread * threads);
        int mostMC = MostMC / Own.Width * Own.Tile, leastMC = (SharesA ? LeastPanelsOfB : LeastPanelsOfA) * Own.Tile;
        long ownBlocks = Math.Max(DivideUp(Own.Extent, mostMC), Math.Min(wanted, DivideUp(Own.Extent, leastMC)));
        MC = RoundUp(DivideUp(Own.Extent, ownBlocks), Own.Tile);
        bool fewRows = packedB && SharesA && RoundUp(m, Shared.Tile) / Shared.Tile * Shared.Width <= MostMC;
        long piecesOfBlock = fewRows ? 1 : DivideUp(wanted, DivideUp(Own.Extent, MC));
        PieceOfNC = RoundUp(DivideUp(NC, piecesOfBlock), Shared.Tile);
        PacksOwnBeforehand = KOutermost || (packedB && SharesA) || (PieceOfNC < NC && (long)Own.Extent * k <= MostShared);
        OwnStride = Own.Stride(PacksOwnBeforehand && !KOutermost ? k : KC);
        StreamsB = packedB && SharesA && Math.Min(m, PieceOfNC) / Shared.Tile * Shared.Width <= MostMC;
    }

    /// <summary>kc of a product of depth k: how many values of k a sum takes before it is added to C.</summary>
    public static int SliceOf(int k) => Math.Max(16, RoundUp(DivideUp(k, Math.Max(1, DivideUp(k, MostKC))), 16));

    /// <summary>Whether A is the operand that is packed for all threads; otherwise B is.</summary>
    public bool SharesA { get; }

    /// <summary>The operand that is packed for all threads, in blocks of nc.</summary>
    public PanelShape Shared { get; }

    /// <summary>The other operand, whose blocks of mc × kc are packed by the thread that needs them.</summary>
    public PanelShape Own { get; }

    /// <summary>Values of k that a tile adds up at a time.</summary>
    public int KC { get; }

    /// <summary>Of <see cref="Own"/>, rows of A or columns of B in a block; a piece of C has as many.</summary>
    public int MC { get; }

    /// <summary>Of <see cref="Shared"/>, rows of A or columns of B in a block.</summary>
    public int NC { get; }

    /// <summary>Of <see cref="NC"/>, so many are one piece's.</summary>
    public int PieceOfNC { get; }

    /// <summary>
    /// Whether both operands are packed and multiplied one kc after the other. It suits a weight's gradient, where k is the tokens and lies in the rows of
    /// both: a block is then read in whole rows, and what is packed stays near until it is used. Elsewhere C, which every kc reads and writes, would travel
    /// more.
    /// </summary>
    public bool KOutermost { get; }

    /// <summary>Values of k in a shared block: kc where k is outermost, otherwise all.</summary>
    public int SharedK { get; }

    /// <summary>The shared blocks of the product, multiplied one after the other.</summary>
    public int SharedBlocks { get; }

    /// <summary>So many shared blocks have the same values of k.</summary>
    public int BlocksAcross { get; }

    /// <summary>Floats from a panel of a shared block to the next.</summary>
    public nint SharedStride { get; }

    /// <summary>Floats from a panel of an own block to the next; it is kc deep, or as deep as k where it is packed beforehand.</summary>
    public nint OwnStride { get; }

    /// <summary>Whether several pieces need the same own blocks, so that these are packed beforehand, as the shared ones are.</summary>
    public bool PacksOwnBeforehand { get; }

    /// <summary>Whether a packed B passes by once, panel by panel, while the rows of A that meet it stay in the level-2 cache.</summary>
    public bool StreamsB { get; }

    /// <summary>Floats of scratch memory for a shared block.</summary>
    public nint SharedLength => packedB && !SharesA ? 0 : NC / Shared.Tile * SharedStride;

    /// <summary>Floats of scratch memory for an own block, or for all of them when they are packed beforehand.</summary>
    public nint OwnLength => packedB && SharesA ? 0 : (PacksOwnBeforehand ? RoundUp(Own.Extent, Own.Tile) : MC) / Own.Tile * OwnStride;

    /// <summary>How many shared blocks there are at a time: one is multiplied while the next is packed.</summary>
    public int SharedCopies => Math.Min(SharedBlocks, 2);

    /// <summary>Memory for the packed operands, in powers of two so that the pool sees few sizes.</summary>
    public long ScratchBytes(int threads)
    {
        int ownCopies = KOutermost ? 2 : PacksOwnBeforehand ? 1 : threads;
        return (long)BitOperations.RoundUpToPowerOf2((ulong)((SharedCopies * SharedLength) + (ownCopies * OwnLength)) * sizeof(float));
    }
}
