using Sprout.Tensors.Cpu.Threads;
using Sprout.Tensors.Simd;
using static Sprout.Tensors.Cpu.Threads.Division;

namespace Sprout.Tensors.Cpu.Gemm;

/// <summary>Matrix products on V registers: thin ones by dot products, all others from packed operands.</summary>
/// <param name="memory">Where scratch memory and packed weights come from.</param>
/// <param name="workers">The threads.</param>
internal sealed unsafe class Gemm<V>(IBackend memory, Workers workers) where V : struct, IVector<V>
{
    /// <summary>Computes a product with B ⊙ mask.</summary>
    public void Multiply<TEpilogue>(in Product product, Tensor b, Mask? mask, TEpilogue epilogue) where TEpilogue : struct, IEpilogue
    {
        if (mask?.Bits is IntTensor bits) Multiply(product, new BitsReader<V>(b.Pointer, bits.Pointer), epilogue);
        else if (mask?.Gates is Tensor gates) Multiply(product, new GatesReader<V>(b.Pointer, gates.Pointer), epilogue);
        else Multiply(product, new PlainReader<V>(b.Pointer), epilogue);
    }

    /// <summary>Computes a product with a packed B.</summary>
    public void Multiply<TEpilogue>(in Product product, PanelLayout b, TEpilogue epilogue) where TEpilogue : struct, IEpilogue
    {
        if (product.M == 0 || product.N == 0) return;
        if (!RowProduct<V, TEpilogue>.Suits(product))
        {
            MultiplyBlocked(product, new PlainReader<V>(null), b.Panels.Pointer, epilogue);
            return;
        }

        var work = new RowProduct<V, TEpilogue>(product, b.Panels.Pointer, epilogue);
        workers.Run(work.Pieces, work);
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

    // One shared block after the other (see Blocking). An entry of C sums its products in one order whatever the pieces are. packedB: B as Pack made it, or
    // null.
    private void MultiplyBlocked<TReader, TEpilogue>(in Product product, TReader b, float* packedB, TEpilogue epilogue)
        where TReader : struct, IReader<V>
        where TEpilogue : struct, IEpilogue
    {
        var blocking = new Blocking<V>(product, packedB != null, workers.Count);
        DeviceBuffer scratch = memory.Allocate(blocking.ScratchBytes(workers.Count));
        var blocked = new BlockedProduct<V, TReader, TEpilogue>(product, blocking, b, packedB, epilogue, (float*)scratch.Address);
        PackBothWork<V, TReader> packing = blocked.Packing(0);
        workers.Run(packing.Pieces, packing);
        for (int block = 0; block < blocking.SharedBlocks; block++)
        {
            // What the next block needs is packed behind this one's tiles: small pieces last, so that threads finish together and meet once a block.
            blocked.Select(block);
            packing = blocked.Packing(block + 1);
            workers.Run(blocked.Pieces, packing.Pieces, new MultiplyAndPackWork<V, TReader, TEpilogue>(blocked, packing));
        }

        memory.Free(scratch);
    }

    // All of a weight [n, k] as the panels of B = Wᵀ, which products read whichever operand they share.
    private PanelLayout Pack<TReader>(Shape weight, TReader reader) where TReader : struct, IReader<V>
    {
        int n = weight[0], k = weight[1];
        PanelShape shape = RegisterTile<V>.PanelsOfB(n);
        nint stride = shape.Stride(k);
        Tensor panels = Tensor.Rent(memory, new Shape(DivideUp(n, shape.Tile), checked((int)stride)));
        var work = new PackWork<V, TReader>(new(reader, shape, k, rowsAreK: false), 0, n, 0, k, panels.Pointer, stride);
        workers.Run(work.Pieces, work);
        return new PanelLayout(weight, panels);
    }
}
