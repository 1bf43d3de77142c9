// A product from packed operands, one shared block after the other: the loops around the register tile.
using System.Runtime.CompilerServices;
using Sprout.Tensors.Cpu.Threads;
using Sprout.Tensors.Simd;
using static Sprout.Tensors.Cpu.Threads.Division;

namespace Sprout.Tensors.Cpu.Gemm;

/// <summary>
/// One product on its way through its shared blocks. As work it is the pieces of C that the selected block adds to, each mc by a part of nc; they read panels
/// that lie packed in scratch memory, or pack their own. Sizes and words are those of <see cref="Blocking{V}"/>.
/// </summary>
internal unsafe struct BlockedProduct<V, TReader, TEpilogue> : IWork
    where V : struct, IVector<V>
    where TReader : struct, IReader<V>
    where TEpilogue : struct, IEpilogue
{
    private readonly Product product;
    private readonly Blocking<V> blocking;
    private readonly TEpilogue epilogue;
    private readonly Operand<V, PlainReader<V>> operandA;
    private readonly Operand<V, TReader> operandB;
    private readonly int ownBlocks;
    private readonly float* packedB, scratch;
    private SharedBlock block;

    /// <summary>A product before its first shared block.</summary>
    /// <param name="product">The product.</param>
    /// <param name="blocking">Its sizes.</param>
    /// <param name="b">Reads B.</param>
    /// <param name="packedB">All of B in panels, if it is already packed; otherwise null.</param>
    /// <param name="epilogue">What happens to finished parts of C.</param>
    /// <param name="scratch">Memory of <see cref="Blocking{V}.ScratchBytes"/>.</param>
    public BlockedProduct(in Product product, in Blocking<V> blocking, TReader b, float* packedB, TEpilogue epilogue, float* scratch)
    {
        this.product = product;
        this.blocking = blocking;
        this.epilogue = epilogue;
        this.packedB = packedB;
        this.scratch = scratch;
        operandA = new(new PlainReader<V>(product.A), RegisterTile<V>.PanelsOfA(product.M), product.K, product.TransposeA);
        operandB = new(b, RegisterTile<V>.PanelsOfB(product.N), product.K, !product.TransposeB);
        ownBlocks = DivideUp(blocking.Own.Extent, blocking.MC);
    }

    public readonly int Pieces => ownBlocks * DivideUp(block.Count, blocking.PieceOfNC);

    /// <summary>Selects the shared block to multiply.</summary>
    public void Select(int number) => block = BlockAt(number);

    /// <summary>
    /// What has to be packed before a shared block is multiplied: that block, and with the first of each kc the own blocks if those are packed beforehand.
    /// Nothing after the last block.
    /// </summary>
    public readonly PackBothWork<V, TReader> Packing(int number)
    {
        SharedBlock next = BlockAt(number);
        int own = blocking.PacksOwnBeforehand && next.First == 0 && next.Count > 0 ? blocking.Own.Extent : 0;
        return blocking.SharesA
            ? new(
                new(operandA, next.First, next.Count, next.P, next.K, next.Packed, blocking.SharedStride),
                new(operandB, 0, packedB == null ? own : 0, next.P, next.K, next.Own, blocking.OwnStride))
            : new(
                new(operandA, 0, own, next.P, next.K, next.Own, blocking.OwnStride),
                new(operandB, next.First, packedB == null ? next.Count : 0, next.P, next.K, next.Packed, blocking.SharedStride));
    }

    private readonly SharedBlock BlockAt(int number)
    {
        int round = number / blocking.BlocksAcross, first = number % blocking.BlocksAcross * blocking.NC, p = round * blocking.SharedK;
        float* packed = scratch + (number % 2 * blocking.SharedLength);
        if (packedB != null && !blocking.SharesA) packed = packedB + (first / blocking.Shared.Tile * blocking.SharedStride);
        float* own = scratch + (blocking.SharedCopies * blocking.SharedLength) + (blocking.KOutermost ? round % 2 * blocking.OwnLength : 0);
        if (packedB != null && blocking.SharesA) own = packedB;
        int count = number < blocking.SharedBlocks ? Math.Min(blocking.Shared.Extent - first, blocking.NC) : 0;
        return new SharedBlock(first, count, p, Math.Min(product.K - p, blocking.SharedK), packed, own);
    }

    [MethodImpl(Jit.Kernel)]
    public readonly void Run(int piece)
    {
        PanelShape shared = blocking.Shared, own = blocking.Own;
        int first = piece % ownBlocks * blocking.MC, mc = Math.Min(own.Extent - first, blocking.MC);
        int begin = piece / ownBlocks * blocking.PieceOfNC, end = Math.Min(begin + blocking.PieceOfNC, block.Count);
        float* ownPanels = block.Own + (blocking.PacksOwnBeforehand ? first / own.Tile * blocking.OwnStride : Workers.Current * blocking.OwnLength);
        float* sharedPanels = block.Packed + (begin / shared.Tile * blocking.SharedStride);
        int p = 0;
        do
        {
            // k = 0 passes once, with a kc of 0, and so writes the empty sums.
            int kc = Math.Min(block.K - p, blocking.KC), at = block.P + p;
            var ownBlock = new PackedPanels(ownPanels + (blocking.PacksOwnBeforehand ? (nint)p * own.Width : 0), blocking.OwnStride, first, mc);
            if (!blocking.PacksOwnBeforehand)
            {
                if (blocking.SharesA) operandB.Pack(ownBlock.Packed, ownBlock.Stride, first, mc, at, kc);
                else operandA.Pack(ownBlock.Packed, ownBlock.Stride, first, mc, at, kc);
            }

            var sharedPart = new PackedPanels(sharedPanels + ((nint)p * shared.Width), blocking.SharedStride, block.First + begin, end - begin);
            bool accumulate = product.Accumulate || at > 0, last = at + kc == product.K;
            if (blocking.StreamsB) Multiply(ownBlock, own.Tile, sharedPart, ofA: false, kc, accumulate, last);
            else Multiply(sharedPart, shared.Tile, ownBlock, blocking.SharesA, kc, accumulate, last);
            p += kc;
        }
        while (p < block.K);
    }

    // The macro-kernel: one after the other, panels (of A, or of B) meet all panels of the other operand's block, which stays in the cache.
    [MethodImpl(Jit.Kernel)]
    private readonly void Multiply(in PackedPanels passing, int tile, in PackedPanels staying, bool ofA, int kc, bool accumulate, bool last)
    {
        int panels = DivideUp(passing.Count, tile);
        for (int i = 0; i < panels; i++)
        {
            PackedPanels panel = passing.Panel(i, tile);
            MultiplyPanel(panel, staying, ofA, kc, accumulate);
            if (!last) continue;
            if (ofA) epilogue.Apply(panel.First, staying.First, panel.Count, staying.Count);
            else epilogue.Apply(staying.First, panel.First, staying.Count, panel.Count);
        }
    }

    // The tiles where one panel meets all panels of a block. Meanwhile they fetch the panel that comes next, which would otherwise be waited for.
    [MethodImpl(Jit.Kernel)]
    private readonly void MultiplyPanel(in PackedPanels panel, in PackedPanels block, bool ofA, int kc, bool accumulate)
    {
        float* next = panel.Packed + panel.Stride;
        int tile = ofA ? RegisterTile<V>.NR : RegisterTile<V>.MR;
        int tiles = DivideUp(block.Count, tile);
        nint nextStride = DivideUp(ofA ? operandA.Shape.Width : operandB.Shape.Width, tiles);
        for (int i = 0; i < tiles; i++, next += kc * nextStride)
        {
            PackedPanels other = block.Panel(i, tile), rows = ofA ? panel : other, columns = ofA ? other : panel;
            float* c = product.C + ((nint)rows.First * product.N) + columns.First;
            if (rows.Count == RegisterTile<V>.MR && columns.Count == RegisterTile<V>.NR)
                RegisterTile<V>.Multiply(kc, rows.Packed, columns.Packed, c, product.N, accumulate, next, nextStride);
            else
                RegisterTile<V>.MultiplyEdge(rows.Count, columns.Count, kc, rows.Packed, columns.Packed, c, product.N, accumulate, next, nextStride);
        }
    }

    /// <summary>
    /// A shared block: which rows of A or columns of B it has, which values of k, where it lies packed, and where the own blocks do (those packed beforehand,
    /// or the first thread's).
    /// </summary>
    private readonly struct SharedBlock(int first, int count, int p, int k, float* packed, float* own)
    {
        public readonly int First = first, Count = count, P = p, K = k;
        public readonly float* Packed = packed, Own = own;
    }
}

/// <summary>Multiplies a shared block and packs for the next.</summary>
internal readonly struct MultiplyAndPackWork<V, TReader, TEpilogue>(BlockedProduct<V, TReader, TEpilogue> product, PackBothWork<V, TReader> packing) : IWork
    where V : struct, IVector<V>
    where TReader : struct, IReader<V>
    where TEpilogue : struct, IEpilogue
{
    public void Run(int piece)
    {
        if (piece < product.Pieces) product.Run(piece);
        else packing.Run(piece - product.Pieces);
    }
}
