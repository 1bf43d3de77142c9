// Which form a weight gets, and the products of the sparse ones.
using Sprout.Tensors.Cpu.Gemm;
using Sprout.Tensors.Cpu.Threads;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Cpu.Sparse;

/// <summary>
/// Packs weights that have lost enough entries as lists of them, and multiplies by these. Which form a weight gets follows from what it keeps and from what the
/// kernels cost; results do not depend on it: all forms give the bits of the dense product.
/// </summary>
/// <param name="memory">Where packed weights and scratch memory come from.</param>
/// <param name="workers">The threads.</param>
internal sealed unsafe class SparsePacking<V>(IBackend memory, Workers workers) where V : struct, IVector<V>
{
    // The entries of the last weight and of its transpose, whose memory the next one gets.
    private readonly SparseArrays entries = new(), transposed = new();

    // A weight that is packed for one step has to keep less, to repay the packing; and products of so few outputs go another way while they are dense.
    private const double MostKeptOnce = 0.3;
    private const int FewOutputs = 4;

    // Places of inputs are 32-bit byte offsets.
    private const int MostInputs = int.MaxValue / EntriesLayout.InputBytes;

    /// <summary>A sparse form of W ⊙ M; null where the dense one is faster.</summary>
    public WeightLayout? Pack(Tensor w, Mask? mask) =>
        // No form pays where nearly all is left.
        Compress(w, mask, 1 / ProductCosts.InBlock) is SparseMatrix compressed ? Pack(compressed) : null;

    /// <summary>Sparse forms of W ⊙ M and of its transpose for a single step; null where the dense products are faster.</summary>
    public (WeightLayout Weight, WeightLayout Transposed)? PackOnce(Tensor w, Mask mask)
    {
        if (Math.Min(w.Shape[0], w.Shape[1]) <= FewOutputs || Math.Max(w.Shape[0], w.Shape[1]) > MostInputs) return null;
        if (Compress(w, mask, MostKeptOnce) is not SparseMatrix compressed) return null;
        return (Cheapest(compressed).Make(), Cheapest(compressed.Transpose(transposed)).Make());
    }

    /// <summary>A sparse form of W; null where the dense one is faster.</summary>
    public WeightLayout? Pack(SparseMatrix w)
    {
        if (w.Shape[1] > MostInputs) return null;
        (double cost, Func<WeightLayout> make) = Cheapest(w);
        return cost < w.Shape.Count ? make() : null;
    }

    /// <summary>y = x · Wᵀ with its epilogue, by the kernels of a layout; false where it is not sparse.</summary>
    public bool Multiply<TEpilogue>(in Product product, WeightLayout w, TEpilogue epilogue) where TEpilogue : struct, IEpilogue
    {
        switch (w)
        {
            case VectorBlockLayout blocks:
                SparseProduct<V, VectorBlockWeight<V>, TEpilogue>.Run(memory, workers, new(blocks), product, epilogue);
                return true;
            case EntriesLayout entries when product.M <= EntriesRows<TEpilogue>.MostRows:
                if (product.M > 0) workers.Run(entries.Parts, new EntriesRows<TEpilogue>(entries, EntriesTiles.TogetherOf<V>(), product, epilogue));
                return true;
            case EntriesLayout entries:
                SparseProduct<V, EntriesWeight<V>, TEpilogue>.Run(memory, workers, new(entries), product, epilogue);
                return true;
            default:
                return false;
        }
    }

    // The cheaper of the sparse forms, and what it costs.
    private (double Cost, Func<WeightLayout> Make) Cheapest(SparseMatrix w)
    {
        int slice = Blocking<V>.SliceOf(w.Shape[1]);
        int[][] inputs = VectorBlockInputs.Of(w, workers);
        double entries = w.Values.Length * ProductCosts.OfEntry;
        double blocks = inputs.Sum(list => (long)list.Length) * VectorBlockLayout.Width * ProductCosts.InBlock;
        return blocks <= entries
            ? (blocks, () => new VectorBlockLayout(memory, workers, w, inputs, slice, VectorBlockWeight<V>.InputStride))
            : (entries, () => new EntriesLayout(memory, workers, w, slice, EntriesTiles.TogetherOf<V>()));
    }

    // The entries that are left, if they are no more than a share of all.
    private SparseMatrix? Compress(Tensor w, Mask? mask, double mostKept)
    {
        if (mask?.Bits is IntTensor bits) return Compress(w.Shape, new BitsReader<V>(w.Pointer, bits.Pointer), mostKept);
        return mask?.Gates is Tensor gates
            ? Compress(w.Shape, new GatesReader<V>(w.Pointer, gates.Pointer), mostKept)
            : Compress(w.Shape, new PlainReader<V>(w.Pointer), mostKept);
    }

    private SparseMatrix? Compress<TReader>(Shape shape, TReader reader, double mostKept) where TReader : struct, IReader<V>
    {
        int[] starts = entries.Starts(shape[0]);
        var counting = new SparseRows<V, TReader>(reader, shape, starts, null, null);
        workers.Run(counting.Pieces, counting);
        long kept = 0;
        for (int row = 0; row < shape[0]; row++) kept += starts[row + 1];
        if (kept > mostKept * shape.Count) return null;
        starts[0] = 0;
        for (int row = 0; row < shape[0]; row++) starts[row + 1] = checked(starts[row] + starts[row + 1]);
        (int[] columns, float[] values) = entries.Entries(starts[shape[0]]);
        var copying = new SparseRows<V, TReader>(reader, shape, starts, columns, values);
        workers.Run(copying.Pieces, copying);
        return entries.Matrix(shape);
    }
}
