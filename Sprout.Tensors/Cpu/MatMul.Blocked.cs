// The matrix products: packed operands, cache blocks, register tiles (Goto and van de Geijn 2008; Van Zee and van de Geijn 2015).
using System.Runtime.CompilerServices;
using Sprout.Tensors.Cpu.Threads;
using Sprout.Tensors.Simd;
using static Sprout.Tensors.Cpu.Threads.Division;

namespace Sprout.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend<V>
{
    // The smaller operand is packed first, as a whole or in as many lines as fit, and shared by all threads. Then pieces of C are computed: each packs its own lines of the
    // other operand, block by block into the level-2 cache, so that a large weight is read from memory once however few rows meet it. A weight's gradient goes through all this one block of K after the other,
    // a very large operand one chunk of lines after the other: these are the passes.
    // An entry of C sums its products in one order whatever the pieces are. packedB: B as Pack made it, or null.
    private void MultiplyBlocked<TReader, TEpilogue>(in Product product, TReader b, float* packedB, TEpilogue epilogue)
        where TReader : struct, IReader<V>
        where TEpilogue : struct, IEpilogue
    {
        var tiling = new Tiling(product.M, product.N, product.K, stepsAreRows: product.TransposeA && !product.TransposeB, packedB != null, workers.Count);
        DeviceBuffer scratch = Allocate(tiling.ScratchBytes(workers.Count));
        var work = new TileWork<TReader, TEpilogue>(product, tiling, b, packedB, epilogue, (float*)scratch.Address);
        PackBothWork<TReader> packing = work.Packing(0);
        workers.Run(packing.Pieces, packing);
        for (int pass = 0; pass < tiling.Passes; pass++)
        {
            // What the next pass needs is packed behind this one's tiles: small pieces last, so that threads finish together and meet once a pass.
            work.Select(pass);
            packing = work.Packing(pass + 1);
            workers.Run(work.Pieces, packing.Pieces, new PassWork<TReader, TEpilogue>(work, packing));
        }

        Free(scratch);
    }

    // All of a weight [N, K] as the panels of op(B) = Bᵀ, which products read whichever operand they share.
    private PanelLayout Pack<TReader>(Shape shape, TReader reader) where TReader : struct, IReader<V>
    {
        int n = shape[0], k = shape[1];
        nint panel = Tiling.PanelLength(k, Tiling.TileColumns);
        Tensor panels = Tensor.Rent(this, new Shape(DivideUp(n, Tiling.TileColumns), checked((int)panel)));
        var operand = new Operand<TReader>(reader, n, k, stepsAreRows: false, Tiling.TileColumns, Tiling.TileColumns);
        var work = new PackWork<TReader>(operand, 0, n, 0, k, panels.Pointer, panel);
        workers.Run(work.Pieces, work);
        return new PanelLayout(shape, panels);
    }

    /// <summary>One factor of a product: its lines (rows of A, columns of B) and how they are cut into panels.</summary>
    private readonly struct Operand<TReader>(TReader reader, int lines, int steps, bool stepsAreRows, int tileLines, int width)
        where TReader : struct, IReader<V>
    {
        /// <summary>The number of lines.</summary>
        public int Lines => lines;

        /// <summary>The number of steps, K.</summary>
        public int Steps => steps;

        /// <summary>Whether steps are the matrix's rows.</summary>
        public bool StepsAreRows => stepsAreRows;

        /// <summary>Lines in a panel.</summary>
        public int TileLines => tileLines;

        /// <summary>Floats in a step of a panel.</summary>
        public int Width => width;

        /// <summary>Packs some lines and steps into panels.</summary>
        public void Pack(float* destination, nint panelStride, int line, int count, int step, int stepCount)
        {
            var panels = new Panels<V>(destination, tileLines, width, panelStride);
            if (stepsAreRows) panels.PackRows(reader, ((nint)step * lines) + line, lines, lines - line, DivideUp(count, tileLines), stepCount);
            else panels.PackTransposed(reader, ((nint)line * steps) + step, steps, lines - line, DivideUp(count, tileLines), stepCount);
        }
    }

    /// <summary>Some packed lines of an operand, in panels.</summary>
    private readonly struct Lines(float* packed, nint stride, int first, int count)
    {
        /// <summary>Where the first panel lies.</summary>
        public readonly float* Packed = packed;

        /// <summary>Floats from panel to panel.</summary>
        public readonly nint Stride = stride;

        /// <summary>The number of the first line within the operand, and how many there are.</summary>
        public readonly int First = first, Count = count;

        /// <summary>Panel number i, of a tile's lines or fewer.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Lines Panel(int i, int tile) => new(Packed + (i * Stride), Stride, First + (i * tile), Math.Min(tile, Count - (i * tile)));
    }

    /// <summary>Packs some steps of some lines of an operand: all steps of some lines first, so that a thread's share is, where there are many, lines of its own.</summary>
    private readonly struct PackWork<TReader>(Operand<TReader> operand, int firstLine, int lines, int firstStep, int steps, float* destination, nint panel) : IWork
        where TReader : struct, IReader<V>
    {
        public int Pieces => DivideUp(lines, Panels * operand.TileLines) * StepPieces;

        // Long enough runs for the memory's prefetcher, which sees rows; small enough pieces to share out.
        private int Panels => operand.StepsAreRows ? 64 : 4;

        private int Steps => operand.StepsAreRows ? 32 : 256;

        private int StepPieces => DivideUp(steps, Steps);

        public void Run(int piece)
        {
            int group = piece / StepPieces, step = piece % StepPieces * Steps, line = group * Panels * operand.TileLines;
            float* target = destination + (group * Panels * panel) + ((nint)step * operand.Width);
            operand.Pack(target, panel, firstLine + line, Math.Min(lines - line, Panels * operand.TileLines), firstStep + step, Math.Min(steps - step, Steps));
        }
    }

    /// <summary>Packs lines of both operands, whose pieces are spread evenly, so that each thread's share has its part of both.</summary>
    private readonly struct PackBothWork<TReader>(PackWork<PlainReader<V>> a, PackWork<TReader> b) : IWork
        where TReader : struct, IReader<V>
    {
        public int Pieces => a.Pieces + b.Pieces;

        public void Run(int piece)
        {
            int before = (int)((long)piece * a.Pieces / Pieces), after = (int)((piece + 1L) * a.Pieces / Pieces);
            if (after > before) a.Run(before);
            else b.Run(piece - before);
        }
    }

    /// <summary>Which shared lines meet which steps in one pass over a product, and where the packed shared and private lines lie (or each thread's block of the latter).</summary>
    private readonly struct Pass(int line, int lines, int step, int steps, float* shared, float* own)
    {
        public readonly int Line = line, Lines = lines, Step = step, Steps = steps;
        public readonly float* Shared = shared, Private = own;
    }

    /// <summary>Computes the tiles of a pass and packs for another.</summary>
    private readonly struct PassWork<TReader, TEpilogue>(TileWork<TReader, TEpilogue> tiles, PackBothWork<TReader> packing) : IWork
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
    private struct TileWork<TReader, TEpilogue> : IWork
        where TReader : struct, IReader<V>
        where TEpilogue : struct, IEpilogue
    {
        private readonly Product product;
        private readonly Tiling tiling;
        private readonly TEpilogue epilogue;
        private readonly int privatePieces;
        private readonly float* packedB, scratch;
        private Pass pass;

        public TileWork(in Product product, in Tiling tiling, TReader b, float* packedB, TEpilogue epilogue, float* scratch)
        {
            this.product = product;
            this.tiling = tiling;
            this.epilogue = epilogue;
            this.packedB = packedB;
            this.scratch = scratch;
            A = new(new PlainReader<V>(product.A), product.M, product.K, product.TransposeA, Tiling.TileRows, Kernels.AStride<V>(Tiling.TileRows));
            B = new(b, product.N, product.K, !product.TransposeB, Tiling.TileColumns, Tiling.TileColumns);
            privatePieces = DivideUp(tiling.PrivateLines, tiling.PrivatePiece);
        }

        public Operand<PlainReader<V>> A { get; }

        public Operand<TReader> B { get; }

        public readonly int Pieces => privatePieces * DivideUp(pass.Lines, tiling.SharedPiece);

        /// <summary>Selects the pass to work on.</summary>
        public void Select(int number) => pass = At(number);

        /// <summary>What has to be packed before a pass: its shared lines, and with the first of them the private lines if those are packed beforehand. Nothing after the last pass.</summary>
        public readonly PackBothWork<TReader> Packing(int number)
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
            if (packedB != null && !tiling.SharesA) shared = packedB + (line / Tiling.TileColumns * tiling.SharedPanel);
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
            int sharedTile = tiling.SharesA ? Tiling.TileRows : Tiling.TileColumns, privateTile = tiling.SharesA ? Tiling.TileColumns : Tiling.TileRows;
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
            float* edge = stackalloc float[Tiling.TileRows * Tiling.TileColumns], following = panel.Packed + panel.Stride;
            int tile = ofA ? Tiling.TileColumns : Tiling.TileRows;
            int panels = DivideUp(block.Count, tile);
            nint fetch = DivideUp(ofA ? A.Width : B.Width, panels);
            for (int i = 0; i < panels; i++, following += steps * fetch)
            {
                Lines other = block.Panel(i, tile), rows = ofA ? panel : other, columns = ofA ? other : panel;
                float* c = product.C + ((nint)rows.First * product.N) + columns.First;
                if (rows.Count == Tiling.TileRows && columns.Count == Tiling.TileColumns)
                {
                    Tile(steps, rows.Packed, columns.Packed, c, product.N, accumulate, following, fetch);
                    continue;
                }

                EdgeTile(rows.Count, steps, rows.Packed, columns.Packed, edge, following, fetch);
                for (int y = 0; y < rows.Count; y++)
                    CopyEdge(edge + (y * Tiling.TileColumns), c + ((nint)y * product.N), columns.Count, accumulate);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Tile(nint steps, float* a, float* b, float* c, nint ldc, bool accumulate, float* following, nint fetch)
        {
            if (typeof(V) == typeof(V512)) Kernels.Tile12x2<V>(steps, a, b, c, ldc, accumulate, following, fetch);
            else if (typeof(V) == typeof(V256)) Kernels.Tile6x2<V>(steps, a, b, c, ldc, accumulate, following, fetch);
            else Kernels.Tile4x3<V>(steps, a, b, c, ldc, accumulate, following, fetch);
        }

        private static void EdgeTile(int height, nint steps, float* a, float* b, float* edge, float* following, nint fetch)
        {
            // Half a tile where that is enough: both have the same stride of A.
            if (typeof(V) == typeof(V256) && height <= 3) Kernels.Tile3x2<V>(steps, a, b, edge, Tiling.TileColumns, accumulate: false, following, fetch);
            else if (typeof(V) == typeof(V512) && height <= 6) Kernels.Tile6x2<V>(steps, a, b, edge, Tiling.TileColumns, accumulate: false, following, fetch);
            else Tile(steps, a, b, edge, Tiling.TileColumns, accumulate: false, following, fetch);
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
}
