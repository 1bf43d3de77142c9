// The large matrix products: packed operands, cache blocks, register tiles (Goto and van de Geijn 2008; Van Zee and van de Geijn 2015).
using System.Runtime.CompilerServices;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend<V>
{
    // B is packed as a whole, or as many of its columns as fit Tiling.PackedFloats; then pieces of C are computed, each packing its rows of A block by block.
    // An entry of C sums its products in one order whatever the pieces are, and the pieces depend on the shape alone.
    private void MultiplyBlocked<TReader, TEpilogue>(in Product product, TReader b, TEpilogue epilogue)
        where TReader : struct, IReader<V>
        where TEpilogue : struct, IEpilogue
    {
        var tiling = new Tiling(product.M, product.N, product.K);
        DeviceBuffer scratch = Allocate(tiling.ScratchBytes(workers.Count));
        float* packedB = (float*)scratch.Address;
        float* blocksOfA = packedB + tiling.PackedLength;
        for (int column = 0; column < product.N; column += tiling.PackedColumns)
        {
            int columns = Math.Min(product.N - column, tiling.PackedColumns);
            var pack = new PackWork<TReader>(product, tiling, b, column, columns, packedB);
            workers.Run(pack.Pieces, pack);
            var tiles = new TileWork<TEpilogue>(product, tiling, epilogue, column, columns, packedB, blocksOfA);
            workers.Run(tiles.Pieces, tiles);
        }

        Free(scratch);
    }

    /// <summary>Sizes of the tiles, blocks and pieces of one product.</summary>
    private readonly struct Tiling
    {
        // A block of A (rows × steps, 295 KB with its padding) stays in a level-2 cache of 512 KB or more beside the panel of B that passes by
        // (steps × tile columns, 48 KB); a tile's panel of A (24 KB) stays in level 1. More steps would amortise the tile's loads and stores of C better, but fit no more.
        private const int MostSteps = 384, MostRows = 144;

        // The packed part of B: 12 MB, a share of a level-3 cache that all threads read.
        private const long PackedFloats = 3 << 20;

        // Pieces to aim for, so that threads finish at about the same time, but none below 2 million multiply-adds (20 µs), which would no longer hide the hand-over.
        private const int MostPieces = 16;
        private const long LeastWork = 1 << 20;

        // A step of packing: runs of B long enough for the memory's prefetcher, pieces small enough to share out.
        private const int PackPanels = 4, PackSteps = 128;

        public Tiling(int m, int n, int k)
        {
            K = k;
            int blocks = Math.Max(1, DivideUp(k, MostSteps));
            Steps = Math.Max(16, RoundUp(DivideUp(k, blocks), 16));
            long fitting = Math.Max(PackedFloats / Math.Max(k, 1) / TileColumns, PackPanels) * TileColumns;
            PackedColumns = RoundUp(DivideUp(n, DivideUp(n, fitting)), TileColumns);
            long wanted = Math.Clamp((long)m * n * k / LeastWork, 1, MostPieces);
            // Rows are cut first, down to 4 tiles: columns cost packing A again.
            int rowBlocks = Math.Max(DivideUp(m, MostRows), (int)Math.Min(wanted, DivideUp(m, 4 * TileRows)));
            Rows = RoundUp(DivideUp(m, rowBlocks), TileRows);
            int columnBlocks = (int)Math.Min(DivideUp(wanted, DivideUp(m, Rows)), DivideUp(PackedColumns, 3 * TileColumns));
            Columns = RoundUp(DivideUp(PackedColumns, columnBlocks), TileColumns);
        }

        /// <summary>Rows of a register tile.</summary>
        public static int TileRows => typeof(V) == typeof(V512) ? 12 : typeof(V) == typeof(V256) ? 6 : 4;

        /// <summary>Columns of a register tile.</summary>
        public static int TileColumns => V.Lanes * (typeof(V) == typeof(V128) ? 3 : 2);

        public int K { get; }

        /// <summary>Steps of K in a block.</summary>
        public int Steps { get; }

        /// <summary>Rows of C in a piece; a block of A.</summary>
        public int Rows { get; }

        /// <summary>Columns of C in a piece.</summary>
        public int Columns { get; }

        /// <summary>Columns of B that are packed at a time.</summary>
        public int PackedColumns { get; }

        public int PackPieceColumns => PackPanels * TileColumns;

        public int PackPieceSteps => PackSteps;

        /// <summary>Floats of packed B.</summary>
        public nint PackedLength => (nint)PackedColumns * K;

        /// <summary>Floats from a panel of packed A to the next.</summary>
        public nint PanelA => (nint)Steps * Kernels.AStride<V>(TileRows);

        /// <summary>Floats of a packed block of A.</summary>
        public nint BlockA => Rows / TileRows * PanelA;

        /// <summary>Memory for packed B and each thread's block of A, in powers of two so that few sizes are pooled.</summary>
        public long ScratchBytes(int threads) =>
            (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)(PackedLength + (threads * BlockA)) * sizeof(float));
    }

    /// <summary>Packs columns of B in panels of a tile's width, K steps each.</summary>
    private readonly struct PackWork<TReader>(Product product, Tiling tiling, TReader b, int column, int columns, float* packed) : IWork
        where TReader : struct, IReader<V>
    {
        private readonly int groups = DivideUp(columns, tiling.PackPieceColumns);

        public int Pieces => groups * DivideUp(product.K, tiling.PackPieceSteps);

        public void Run(int piece)
        {
            int step = piece / groups * tiling.PackPieceSteps, first = piece % groups * tiling.PackPieceColumns;
            int steps = Math.Min(product.K - step, tiling.PackPieceSteps);
            int panels = DivideUp(Math.Min(columns - first, tiling.PackPieceColumns), Tiling.TileColumns);
            var target = new Panels<V>(packed + ((nint)first * product.K) + ((nint)step * Tiling.TileColumns), Tiling.TileColumns, Tiling.TileColumns, (nint)product.K * Tiling.TileColumns);
            int line = column + first;
            if (product.TransposeB) target.PackTransposed(b, ((nint)line * product.LdB) + step, product.LdB, product.N - line, panels, steps);
            else target.PackRows(b, ((nint)step * product.LdB) + line, product.LdB, product.N - line, panels, steps);
        }
    }

    /// <summary>Computes pieces of C from packed B.</summary>
    private readonly struct TileWork<TEpilogue>(Product product, Tiling tiling, TEpilogue epilogue, int firstColumn, int columns, float* packedB, float* blocksOfA) : IWork
        where TEpilogue : struct, IEpilogue
    {
        private readonly int rowBlocks = DivideUp(product.M, tiling.Rows);

        public int Pieces => rowBlocks * DivideUp(columns, tiling.Columns);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int piece)
        {
            int row = piece % rowBlocks * tiling.Rows, begin = piece / rowBlocks * tiling.Columns;
            int rows = Math.Min(product.M - row, tiling.Rows), end = Math.Min(begin + tiling.Columns, columns);
            float* a = blocksOfA + (Workers.Current * tiling.BlockA);
            int step = 0;
            do
            {
                // K = 0 passes once, with no steps, and so writes the empty sums.
                int steps = Math.Min(product.K - step, tiling.Steps);
                PackA(a, row, rows, step, steps);
                for (int column = begin; column < end; column += Tiling.TileColumns)
                {
                    float* b = packedB + ((nint)column * product.K) + ((nint)step * Tiling.TileColumns);
                    int width = Math.Min(Tiling.TileColumns, columns - column);
                    Strip(a, b, row, rows, firstColumn + column, width, steps, product.Accumulate || step > 0);
                    if (step + steps == product.K) epilogue.Apply(row, firstColumn + column, rows, width);
                }

                step += steps;
            }
            while (step < product.K);
        }

        private void PackA(float* a, int row, int rows, int step, int steps)
        {
            var target = new Panels<V>(a, Tiling.TileRows, Kernels.AStride<V>(Tiling.TileRows), tiling.PanelA);
            var reader = new PlainReader<V>(product.A);
            int panels = DivideUp(rows, Tiling.TileRows);
            if (product.TransposeA) target.PackRows(reader, ((nint)step * product.LdA) + row, product.LdA, product.M - row, panels, steps);
            else target.PackTransposed(reader, ((nint)row * product.LdA) + step, product.LdA, product.M - row, panels, steps);
        }

        // The tiles of one panel of B, from top to bottom.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Strip(float* a, float* b, int row, int rows, int column, int width, int steps, bool accumulate)
        {
            float* edge = stackalloc float[Tiling.TileRows * Tiling.TileColumns];
            for (int i = 0; i < rows; i += Tiling.TileRows, a += tiling.PanelA)
            {
                float* c = product.C + ((nint)(row + i) * product.N) + column;
                int height = Math.Min(Tiling.TileRows, rows - i);
                if (height == Tiling.TileRows && width == Tiling.TileColumns)
                {
                    Tile(steps, a, b, c, product.N, accumulate);
                    continue;
                }

                Tile(steps, a, b, edge, Tiling.TileColumns, false);
                CopyEdge(edge, c, height, width, accumulate);
            }
        }

        private void CopyEdge(float* edge, float* c, int height, int width, bool accumulate)
        {
            for (int i = 0; i < height; i++, edge += Tiling.TileColumns, c += product.N)
                for (int j = 0; j < width; j++) c[j] = accumulate ? c[j] + edge[j] : edge[j];
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Tile(nint steps, float* a, float* b, float* c, nint ldc, bool accumulate)
        {
            if (typeof(V) == typeof(V512)) Kernels.Tile12x2<V>(steps, a, b, c, ldc, accumulate);
            else if (typeof(V) == typeof(V256)) Kernels.Tile6x2<V>(steps, a, b, c, ldc, accumulate);
            else Kernels.Tile4x3<V>(steps, a, b, c, ldc, accumulate);
        }
    }

    private static int DivideUp(int x, int by) => (x + by - 1) / by;

    private static long DivideUp(long x, long by) => (x + by - 1) / by;

    private static int RoundUp(long x, int multiple) => (int)((x + multiple - 1) / multiple * multiple);
}
