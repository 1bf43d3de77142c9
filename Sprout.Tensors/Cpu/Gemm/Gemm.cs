using Sprout.Tensors.Cpu.Threads;
using Sprout.Tensors.Simd;
using static Sprout.Tensors.Cpu.Threads.Division;

namespace Sprout.Tensors.Cpu.Gemm;

/// <summary>Matrix products on V registers: thin ones by dot products, all others from packed operands.</summary>
/// <param name="memory">Where scratch memory and packed weights come from.</param>
/// <param name="workers">The threads.</param>
internal sealed unsafe class Gemm<V>(IBackend memory, Workers workers) where V : struct, IVector<V>
{
    /// <summary>Computes a product with op(B) ⊙ mask.</summary>
    public void Multiply<TEpilogue>(in Product product, Tensor b, Mask? mask, TEpilogue epilogue) where TEpilogue : struct, IEpilogue
    {
        if (mask?.Bits is IntTensor bits) Multiply(product, new BitsReader<V>(b.Pointer, bits.Pointer), epilogue);
        else if (mask?.Gates is Tensor gates) Multiply(product, new GatesReader<V>(b.Pointer, gates.Pointer), epilogue);
        else Multiply(product, new PlainReader<V>(b.Pointer), epilogue);
    }

    /// <summary>Computes a product with a packed B.</summary>
    public void Multiply<TEpilogue>(in Product product, PanelLayout b, TEpilogue epilogue) where TEpilogue : struct, IEpilogue
    {
        if (product.M > 0 && product.N > 0) MultiplyBlocked(product, new PlainReader<V>(null), b.Panels.Pointer, epilogue);
    }

    /// <summary>Packs w ⊙ mask for <see cref="Multiply{TEpilogue}(in Product, PanelLayout, TEpilogue)"/>.</summary>
    public PanelLayout Pack(Tensor w, Mask? mask)
    {
        if (mask?.Bits is IntTensor bits) return Pack(w.Shape, new BitsReader<V>(w.Pointer, bits.Pointer));
        return mask?.Gates is Tensor gates ? Pack(w.Shape, new GatesReader<V>(w.Pointer, gates.Pointer)) : Pack(w.Shape, new PlainReader<V>(w.Pointer));
    }

    private void Multiply<TReader, TEpilogue>(in Product product, TReader b, TEpilogue epilogue)
        where TReader : struct, IReader<V>
        where TEpilogue : struct, IEpilogue
    {
        if (product.M == 0 || product.N == 0) return;
        if (!DotProduct<V, TReader, TEpilogue>.Suits(product))
        {
            MultiplyBlocked(product, b, null, epilogue);
            return;
        }

        var work = new DotProduct<V, TReader, TEpilogue>(product, b, epilogue);
        workers.Run(work.Pieces, work);
    }

    // The smaller operand is packed first, as a whole or in as many lines as fit, and shared by all threads. Then pieces of C are computed: each packs its own lines of the
    // other operand, block by block into the level-2 cache, so that a large weight is read from memory once however few rows meet it. A weight's gradient goes through all this one block of K after the other,
    // a very large operand one chunk of lines after the other: these are the passes.
    // An entry of C sums its products in one order whatever the pieces are. packedB: B as Pack made it, or null.
    private void MultiplyBlocked<TReader, TEpilogue>(in Product product, TReader b, float* packedB, TEpilogue epilogue)
        where TReader : struct, IReader<V>
        where TEpilogue : struct, IEpilogue
    {
        var tiling = new Tiling<V>(product.M, product.N, product.K, stepsAreRows: product.TransposeA && !product.TransposeB, packedB != null, workers.Count);
        DeviceBuffer scratch = memory.Allocate(tiling.ScratchBytes(workers.Count));
        var work = new TileWork<V, TReader, TEpilogue>(product, tiling, b, packedB, epilogue, (float*)scratch.Address);
        PackBothWork<V, TReader> packing = work.Packing(0);
        workers.Run(packing.Pieces, packing);
        for (int pass = 0; pass < tiling.Passes; pass++)
        {
            // What the next pass needs is packed behind this one's tiles: small pieces last, so that threads finish together and meet once a pass.
            work.Select(pass);
            packing = work.Packing(pass + 1);
            workers.Run(work.Pieces, packing.Pieces, new PassWork<V, TReader, TEpilogue>(work, packing));
        }

        memory.Free(scratch);
    }

    // All of a weight [N, K] as the panels of op(B) = Bᵀ, which products read whichever operand they share.
    private PanelLayout Pack<TReader>(Shape shape, TReader reader) where TReader : struct, IReader<V>
    {
        int n = shape[0], k = shape[1];
        nint panel = Tiling<V>.PanelLength(k, Tiling<V>.TileColumns);
        Tensor panels = Tensor.Rent(memory, new Shape(DivideUp(n, Tiling<V>.TileColumns), checked((int)panel)));
        var operand = new Operand<V, TReader>(reader, n, k, stepsAreRows: false, Tiling<V>.TileColumns, Tiling<V>.TileColumns);
        var work = new PackWork<V, TReader>(operand, 0, n, 0, k, panels.Pointer, panel);
        workers.Run(work.Pieces, work);
        return new PanelLayout(shape, panels);
    }
}
