// The sizes of a matrix product's tiles, cache blocks and pieces, all in one place.
using System.Numerics;
using Sprout.Tensors.Simd;
using static Sprout.Tensors.Cpu.Threads.Division;

namespace Sprout.Tensors.Cpu.Gemm;

/// <summary>Sizes of the tiles, blocks and pieces of one product. Steps depend on the shape alone, and with them the order of every sum; the rest also on the caches and the number of threads.</summary>
internal readonly struct Tiling<V> where V : struct, IVector<V>
{
    // A panel of the shared operand is at most 48 KB (steps × 32 floats) and passes by. More steps would amortise better that tiles read and write C for every block,
    // but would leave a private block fewer lines.
    private const int MostSteps = 384;

    // A private block, steps × these floats, fills up to 28 % of the level-2 cache (176 of 1 MB): it must stay there while panels and C pass by. Measured flat from 128 to 288.
    private static readonly int MostPrivateFloats = (int)Math.Clamp(CacheSizes.Own.Level2 * 28 / 100 / (MostSteps * sizeof(float)) / 16 * 16, 96, 384);

    // The shared operand's packed part: three eighths of the level-3 cache, from which all threads read it; while it is multiplied, the next one fills as much again.
    private static readonly long MostSharedFloats = Math.Clamp(CacheSizes.Own.Level3 * 3 / 8 / sizeof(float), 1 << 20, 8 << 20);

    // Pieces of a thread to aim for, so that threads finish at about the same time, but none below a million multiply-adds (10 µs), which would not repay the hand-over.
    private const int PiecesOfThread = 4;
    private const long LeastWork = 1 << 20;

    // Private pieces are not cut finer than this only to have more pieces: a shared panel should serve several tiles while it is near.
    private const int LeastRows = 4, LeastColumns = 2;

    private readonly bool packedB;

    public Tiling(int m, int n, int k, bool stepsAreRows, bool packedB, int threads)
    {
        this.packedB = packedB;
        SharesA = m < n;
        (SharedLines, PrivateLines) = SharesA ? (m, n) : (n, m);
        int sharedTile = SharesA ? TileRows : TileColumns, sharedWidth = SharesA ? MicroKernels.AStride<V>(TileRows) : TileColumns;
        int privateTile = SharesA ? TileColumns : TileRows, privateWidth = SharesA ? TileColumns : MicroKernels.AStride<V>(TileRows);

        Steps = Math.Max(16, RoundUp(DivideUp(k, Math.Max(1, DivideUp(k, MostSteps))), 16));
        StepsOutermost = stepsAreRows && k > Steps && (long)PrivateLines * Steps <= MostSharedFloats;
        SharedPanel = PanelLength(StepsOutermost ? Steps : k, sharedWidth);
        long fitting = Math.Max(MostSharedFloats / SharedPanel, 4) * sharedTile;
        SharedChunk = RoundUp(DivideUp(SharedLines, DivideUp(SharedLines, fitting)), sharedTile);

        Chunks = DivideUp(SharedLines, SharedChunk);
        Span = StepsOutermost ? Steps : Math.Max(k, 1);
        Passes = Chunks * Math.Max(1, DivideUp(k, Span));

        long wanted = Math.Clamp((long)m * n * k / LeastWork, 1, PiecesOfThread * threads);
        int mostPrivate = MostPrivateFloats / privateWidth * privateTile, leastPrivate = (SharesA ? LeastColumns : LeastRows) * privateTile;
        long privatePieces = Math.Max(DivideUp(PrivateLines, mostPrivate), Math.Min(wanted, DivideUp(PrivateLines, leastPrivate)));
        PrivatePiece = RoundUp(DivideUp(PrivateLines, privatePieces), privateTile);
        bool fewRows = packedB && SharesA && RoundUp(m, sharedTile) / sharedTile * sharedWidth <= MostPrivateFloats;
        long sharedPieces = fewRows ? 1 : DivideUp(wanted, DivideUp(PrivateLines, PrivatePiece));
        SharedPiece = RoundUp(DivideUp(SharedChunk, sharedPieces), sharedTile);
        PacksPrivateBeforehand = StepsOutermost || (packedB && SharesA) || (SharedPiece < SharedChunk && (long)PrivateLines * k <= MostSharedFloats);
        PrivatePanel = PanelLength(PacksPrivateBeforehand && !StepsOutermost ? k : Steps, privateWidth);
        StreamsB = packedB && SharesA && Math.Min(m, SharedPiece) / sharedTile * sharedWidth <= MostPrivateFloats;
    }

    /// <summary>Rows of a register tile.</summary>
    public static int TileRows => typeof(V) == typeof(V512) ? 12 : typeof(V) == typeof(V256) ? 6 : 4;

    /// <summary>Columns of a register tile.</summary>
    public static int TileColumns => V.Lanes * (typeof(V) == typeof(V128) ? 3 : 2);

    /// <summary>Whether A is the operand that is packed for all threads; otherwise B is.</summary>
    public bool SharesA { get; }

    /// <summary>Lines (rows of A or columns of B) of the shared operand.</summary>
    public int SharedLines { get; }

    /// <summary>Lines of the operand that each piece packs for itself.</summary>
    public int PrivateLines { get; }

    /// <summary>
    /// Whether both operands are packed and multiplied one block of K after the other. It suits a weight's gradient, where K is the tokens and steps are the rows of both:
    /// a block is then read in whole rows, and what is packed stays near until it is used. Elsewhere C, which every block reads and writes, would travel more.
    /// </summary>
    public bool StepsOutermost { get; }

    /// <summary>Steps of K in a block.</summary>
    public int Steps { get; }

    /// <summary>Shared lines that are packed at a time.</summary>
    public int SharedChunk { get; }

    /// <summary>How many times shared lines are packed for the same steps.</summary>
    public int Chunks { get; }

    /// <summary>Steps of a pass: a block of them where these are outermost, otherwise all.</summary>
    public int Span { get; }

    /// <summary>Passes over the product, each with the lines of one chunk and the steps of one span.</summary>
    public int Passes { get; }

    /// <summary>Shared lines of a piece.</summary>
    public int SharedPiece { get; }

    /// <summary>Private lines of a piece.</summary>
    public int PrivatePiece { get; }

    /// <summary>Floats from a shared panel, which has all the steps that are packed at a time, to the next.</summary>
    public nint SharedPanel { get; }

    /// <summary>Whether several pieces need the same private lines, so that these are packed beforehand, as the shared ones are.</summary>
    public bool PacksPrivateBeforehand { get; }

    /// <summary>Whether a packed B passes by once, panel by panel, while the rows of A that meet it stay in the level-2 cache.</summary>
    public bool StreamsB { get; }

    /// <summary>Floats from a private panel, which has one block of steps unless it is packed beforehand, to the next.</summary>
    public nint PrivatePanel { get; }

    /// <summary>Floats of scratch memory for the packed chunk of the shared operand.</summary>
    public nint SharedLength => packedB && !SharesA ? 0 : SharedChunk / (SharesA ? TileRows : TileColumns) * SharedPanel;

    /// <summary>Floats of scratch memory for a packed private block, or for all private lines when they are packed beforehand.</summary>
    public nint BlockLength => packedB && SharesA ? 0 : (PacksPrivateBeforehand ? RoundUp(PrivateLines, SharesA ? TileColumns : TileRows) : PrivatePiece) / (SharesA ? TileColumns : TileRows) * PrivatePanel;

    /// <summary>How many shared chunks there are at a time: one is multiplied while the next is packed.</summary>
    public int SharedCopies => Math.Min(Passes, 2);

    /// <summary>Memory for the packed operands, in powers of two so that the pool sees few sizes.</summary>
    public long ScratchBytes(int threads)
    {
        int blocks = StepsOutermost ? 2 : PacksPrivateBeforehand ? 1 : threads;
        return (long)BitOperations.RoundUpToPowerOf2((ulong)((SharedCopies * SharedLength) + (blocks * BlockLength)) * sizeof(float));
    }

    /// <summary>Floats from a panel of some steps to the next: one cache line more than it holds, otherwise all panels would lie in the same few sets of the level-1 cache while they are packed.</summary>
    public static nint PanelLength(int steps, int width) => ((nint)steps * width) + 16;
}
