// The matrix products: packed operands, cache blocks, register tiles (Goto and van de Geijn 2008; Van Zee and van de Geijn 2015).
using System.Runtime.CompilerServices;
using Sprout.Tensors.Cpu.Threads;
using Sprout.Tensors.Simd;
using static Sprout.Tensors.Cpu.Threads.Division;

namespace Sprout.Tensors.Cpu.Gemm;

/// <summary>Which shared lines meet which steps in one pass over a product, and where the packed shared and private lines lie (or each thread's block of the latter).</summary>
internal readonly unsafe struct Pass(int line, int lines, int step, int steps, float* shared, float* own)
{
    public readonly int Line = line, Lines = lines, Step = step, Steps = steps;
    public readonly float* Shared = shared, Private = own;
}

/// <summary>Computes the tiles of a pass and packs for another.</summary>
internal readonly struct PassWork<V, TReader, TEpilogue>(TileWork<V, TReader, TEpilogue> tiles, PackBothWork<V, TReader> packing) : IWork
    where V : struct, IVector<V>
    where TReader : struct, IReader<V>
    where TEpilogue : struct, IEpilogue
{
    public void Run(int piece)
    {
        if (piece < tiles.Pieces) tiles.Run(piece);
        else packing.Run(piece - tiles.Pieces);
    }
}

/// <summary>Computes pieces of C from the packed shared operand and the other one.</summary>
internal unsafe struct TileWork<V, TReader, TEpilogue> : IWork
    where V : struct, IVector<V>
    where TReader : struct, IReader<V>
    where TEpilogue : struct, IEpilogue
{
    private readonly Product product;
    private readonly Tiling<V> tiling;
    private readonly TEpilogue epilogue;
    private readonly int privatePieces;
    private readonly float* packedB, scratch;
    private Pass pass;

    public TileWork(in Product product, in Tiling<V> tiling, TReader b, float* packedB, TEpilogue epilogue, float* scratch)
    {
        this.product = product;
        this.tiling = tiling;
        this.epilogue = epilogue;
        this.packedB = packedB;
        this.scratch = scratch;
        A = new(new PlainReader<V>(product.A), product.M, product.K, product.TransposeA, Tiling<V>.TileRows, MicroKernels.AStride<V>(Tiling<V>.TileRows));
        B = new(b, product.N, product.K, !product.TransposeB, Tiling<V>.TileColumns, Tiling<V>.TileColumns);
        privatePieces = DivideUp(tiling.PrivateLines, tiling.PrivatePiece);
    }

    public Operand<V, PlainReader<V>> A { get; }

    public Operand<V, TReader> B { get; }

    public readonly int Pieces => privatePieces * DivideUp(pass.Lines, tiling.SharedPiece);

    /// <summary>Selects the pass to work on.</summary>
    public void Select(int number) => pass = At(number);

    /// <summary>What has to be packed before a pass: its shared lines, and with the first of them the private lines if those are packed beforehand. Nothing after the last pass.</summary>
    public readonly PackBothWork<V, TReader> Packing(int number)
    {
        Pass next = At(number);
        int privateLines = tiling.PacksPrivateBeforehand && next.Line == 0 && next.Lines > 0 ? tiling.PrivateLines : 0;
        return tiling.SharesA
            ? new(new(A, next.Line, next.Lines, next.Step, next.Steps, next.Shared, tiling.SharedPanel), new(B, 0, packedB == null ? privateLines : 0, next.Step, next.Steps, next.Private, tiling.PrivatePanel))
            : new(new(A, 0, privateLines, next.Step, next.Steps, next.Private, tiling.PrivatePanel), new(B, next.Line, packedB == null ? next.Lines : 0, next.Step, next.Steps, next.Shared, tiling.SharedPanel));
    }

    private readonly Pass At(int number)
    {
        int block = number / tiling.Chunks, line = number % tiling.Chunks * tiling.SharedChunk, step = block * tiling.Span;
        float* shared = scratch + (number % 2 * tiling.SharedLength);
        if (packedB != null && !tiling.SharesA) shared = packedB + (line / Tiling<V>.TileColumns * tiling.SharedPanel);
        float* own = scratch + (tiling.SharedCopies * tiling.SharedLength) + (tiling.StepsOutermost ? block % 2 * tiling.BlockLength : 0);
        if (packedB != null && tiling.SharesA) own = packedB;
        int lines = number < tiling.Passes ? Math.Min(tiling.SharedLines - line, tiling.SharedChunk) : 0;
        return new Pass(line, lines, step, Math.Min(product.K - step, tiling.Span), shared, own);
    }

    [MethodImpl(Jit.Kernel)]
    public readonly void Run(int piece)
    {
        int line = piece % privatePieces * tiling.PrivatePiece, lines = Math.Min(tiling.PrivateLines - line, tiling.PrivatePiece);
        int begin = piece / privatePieces * tiling.SharedPiece, end = Math.Min(begin + tiling.SharedPiece, pass.Lines);
        int sharedTile = tiling.SharesA ? Tiling<V>.TileRows : Tiling<V>.TileColumns, privateTile = tiling.SharesA ? Tiling<V>.TileColumns : Tiling<V>.TileRows;
        int sharedWidth = tiling.SharesA ? A.Width : B.Width, privateWidth = tiling.SharesA ? B.Width : A.Width;
        float* own = pass.Private + (tiling.PacksPrivateBeforehand ? line / privateTile * tiling.PrivatePanel : Workers.Current * tiling.BlockLength);
        int step = 0;
        do
        {
            // K = 0 passes once, with no steps, and so writes the empty sums.
            int steps = Math.Min(pass.Steps - step, tiling.Steps), at = pass.Step + step;
            var block = new Lines(own + (tiling.PacksPrivateBeforehand ? (nint)step * privateWidth : 0), tiling.PrivatePanel, line, lines);
            if (!tiling.PacksPrivateBeforehand)
            {
                if (tiling.SharesA) B.Pack(block.Packed, block.Stride, line, lines, at, steps);
                else A.Pack(block.Packed, block.Stride, line, lines, at, steps);
            }

            var shared = new Lines(pass.Shared + (begin / sharedTile * tiling.SharedPanel) + ((nint)step * sharedWidth), tiling.SharedPanel, pass.Line + begin, end - begin);
            bool accumulate = product.Accumulate || at > 0, last = at + steps == product.K;
            if (tiling.StreamsB) Strips(block, privateTile, shared, ofA: false, steps, accumulate, last);
            else Strips(shared, sharedTile, block, tiling.SharesA, steps, accumulate, last);
            step += steps;
        }
        while (step < pass.Steps);
    }

    // One after the other, the panels of some lines (rows of A, or columns of B) meet a block of the other operand, which stays in the cache.
    [MethodImpl(Jit.Kernel)]
    private readonly void Strips(in Lines passing, int tile, in Lines block, bool ofA, int steps, bool accumulate, bool last)
    {
        int panels = DivideUp(passing.Count, tile);
        for (int i = 0; i < panels; i++)
        {
            Lines panel = passing.Panel(i, tile);
            Strip(panel, block, ofA, steps, accumulate);
            if (!last) continue;
            if (ofA) epilogue.Apply(panel.First, block.First, panel.Count, block.Count);
            else epilogue.Apply(block.First, panel.First, block.Count, panel.Count);
        }
    }

    // The tiles where one panel meets all panels of a block. Meanwhile they fetch the panel that follows, which would otherwise be waited for.
    [MethodImpl(Jit.Kernel)]
    private readonly void Strip(in Lines panel, in Lines block, bool ofA, int steps, bool accumulate)
    {
        float* edge = stackalloc float[Tiling<V>.TileRows * Tiling<V>.TileColumns], following = panel.Packed + panel.Stride;
        int tile = ofA ? Tiling<V>.TileColumns : Tiling<V>.TileRows;
        int panels = DivideUp(block.Count, tile);
        nint fetch = DivideUp(ofA ? A.Width : B.Width, panels);
        for (int i = 0; i < panels; i++, following += steps * fetch)
        {
            Lines other = block.Panel(i, tile), rows = ofA ? panel : other, columns = ofA ? other : panel;
            float* c = product.C + ((nint)rows.First * product.N) + columns.First;
            if (rows.Count == Tiling<V>.TileRows && columns.Count == Tiling<V>.TileColumns)
            {
                Tile(steps, rows.Packed, columns.Packed, c, product.N, accumulate, following, fetch);
                continue;
            }

            EdgeTile(rows.Count, steps, rows.Packed, columns.Packed, edge, following, fetch);
            for (int y = 0; y < rows.Count; y++)
                CopyEdge(edge + (y * Tiling<V>.TileColumns), c + ((nint)y * product.N), columns.Count, accumulate);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Tile(nint steps, float* a, float* b, float* c, nint ldc, bool accumulate, float* following, nint fetch)
    {
        if (typeof(V) == typeof(V512)) MicroKernels.Tile12x2<V>(steps, a, b, c, ldc, accumulate, following, fetch);
        else if (typeof(V) == typeof(V256)) MicroKernels.Tile6x2<V>(steps, a, b, c, ldc, accumulate, following, fetch);
        else MicroKernels.Tile4x3<V>(steps, a, b, c, ldc, accumulate, following, fetch);
    }

    private static void EdgeTile(int height, nint steps, float* a, float* b, float* edge, float* following, nint fetch)
    {
        // Half a tile where that is enough: both have the same stride of A.
        if (typeof(V) == typeof(V256) && height <= 3) MicroKernels.Tile3x2<V>(steps, a, b, edge, Tiling<V>.TileColumns, accumulate: false, following, fetch);
        else if (typeof(V) == typeof(V512) && height <= 6) MicroKernels.Tile6x2<V>(steps, a, b, edge, Tiling<V>.TileColumns, accumulate: false, following, fetch);
        else Tile(steps, a, b, edge, Tiling<V>.TileColumns, accumulate: false, following, fetch);
    }

    private static void CopyEdge(float* edge, float* c, int width, bool accumulate)
    {
        for (int j = 0; j < width; j += V.Lanes)
        {
            int count = Math.Min(V.Lanes, width - j);
            V value = V.Load(edge + j);
            V.StorePartial(accumulate ? V.LoadPartial(c + j, count) + value : value, c + j, count);
        }
    }
}
