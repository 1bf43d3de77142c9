// Products.
using ILGPU;
using Sprout.Tensors.Ilgpu.Kernels;
using Sprout.Tensors.Ops;

namespace Sprout.Tensors.Ilgpu;

public sealed partial class IlgpuBackend
{
    // Groups of a product that a multiprocessor should have, as many as its registers hold at a time, and the depth below which a group is not worth its two
    // trips to memory.
    private const int GroupsWanted = 8, LeastSlice = 128;

    // Of a weight that was never dense: what is kept as a list. Dense products of these devices are far ahead of lists, so this mostly saves memory.
    private const double MostKept = 0.05;

    /// <inheritdoc/>
    public void MatMul(Tensor a, bool transposeA, Tensor b, bool transposeB, Mask? mask, Tensor c, bool accumulate)
    {
        ArgumentNullException.ThrowIfNull(a);
        int depth = a.Shape[transposeA ? 0 : 1];
        if (cuBlas is not null && depth > 0)
        {
            MultiplyByCuBlas(a, transposeA, b, transposeB, mask, c, accumulate);
            return;
        }

        var output = new EpilogueData { C = View(c), Bias = View(c), Z = View(c), Accumulate = Flag(accumulate) };
        if (transposeA) Multiply<RowInside, Plain>(a, b, transposeB, mask, c.Shape, depth, output);
        else Multiply<DepthInside, Plain>(a, b, transposeB, mask, c.Shape, depth, output);
    }

    /// <inheritdoc/>
    public void Linear<TActivation>(Tensor x, Tensor w, Mask? mask, Tensor? bias, Tensor? z, Tensor y) where TActivation : struct, IPointwise
    {
        ArgumentNullException.ThrowIfNull(w);
        var output = new EpilogueData { C = View(y), Bias = ViewOrNothing(bias), Z = ViewOrNothing(z), HasBias = Flag(bias), HasZ = Flag(z) };
        if (cuBlas is not null && w.Shape[1] > 0)
        {
            MultiplyByCuBlas(x, false, w, true, mask, y, accumulate: false);
            if (y.Count > 0) launcher.Run(EpilogueKernels.Apply<BiasThen<TActivation>>, Elements(y.Count), View(y), 1, output, w.Shape[0], CountOf(y));
            return;
        }

        Multiply<DepthInside, BiasThen<TActivation>>(x, w, true, mask, new Shape(x.Shape.Rows, w.Shape[0]), w.Shape[1], output);
    }

    /// <inheritdoc/>
    public WeightLayout Pack(Tensor w, Mask? mask) => RowMajorLayout.Of(this, w, mask);

    /// <inheritdoc/>
    public WeightLayout Pack(SparseMatrix w)
    {
        ArgumentNullException.ThrowIfNull(w);
        return w.Values.Length <= MostKept * w.Shape.Count ? new SparseLayout(this, w) : RowMajorLayout.Of(this, w);
    }

    /// <inheritdoc/>
    public WeightLayout PackQuantized(QuantizedMatrix w)
    {
        ArgumentNullException.ThrowIfNull(w);
        return new QuantizedLayout(this, w);
    }

    /// <inheritdoc/>
    public void PackedLinear<TActivation>(Tensor x, WeightLayout w, Tensor? bias, Tensor y) where TActivation : struct, IPointwise =>
        MultiplyPacked<TActivation>(x, w, bias, y);

    /// <inheritdoc/>
    public (WeightLayout Weight, WeightLayout Transposed)? PackSparse(Tensor w, Mask mask) => null;

    /// <inheritdoc/>
    public void PackedMatMul(Tensor x, WeightLayout w, Tensor y, bool accumulate) =>
        MultiplyPacked(x, w, y, accumulate);

    private void MultiplyPacked<TActivation>(Tensor x, WeightLayout w, Tensor? bias, Tensor y) where TActivation : struct, IPointwise
    {
        var output = new EpilogueData { C = View(y), Bias = ViewOrNothing(bias), Z = View(y), HasBias = Flag(bias) };
        if (w is SparseLayout sparse) MultiplySparse<BiasThen<TActivation>>(x, sparse, y, output);
        else if (w is QuantizedLayout quantized) MultiplyQuantized<BiasThen<TActivation>>(x, quantized, y, output);
        else Linear<TActivation>(x, ((RowMajorLayout)w).Values, null, bias, null, y);
    }

    private void MultiplyPacked(Tensor x, WeightLayout w, Tensor y, bool accumulate)
    {
        var output = new EpilogueData { C = View(y), Bias = View(y), Z = View(y), Accumulate = Flag(accumulate) };
        if (w is SparseLayout sparse) MultiplySparse<Plain>(x, sparse, y, output);
        else if (w is QuantizedLayout quantized) MultiplyQuantized<Plain>(x, quantized, y, output);
        else MatMul(x, false, ((RowMajorLayout)w).Values, true, null, y, accumulate);
    }

    private void MultiplyQuantized<TEpilogue>(Tensor x, QuantizedLayout w, Tensor y, EpilogueData output) where TEpilogue : struct, IEpilogue
    {
        if (y.Count == 0) return;
        (int rows, int k) = (x.Shape.Rows, w.Shape[1]);
        using IntTensor integers = IntTensor.Rent(this, CountOf((long)rows * k)), zeros = IntTensor.Rent(this, rows);
        using Tensor scales = Tensor.Rent(this, new Shape(rows));
        launcher.Run(QuantizedKernels.Quantize, Rows(rows, k), View(x), View(integers), View(scales), View(zeros), k);
        var from = new QuantizedOperands
        {
            X = View(integers), Zeros = View(zeros), Words = View(w.Words), Scales = View(scales), WeightScales = View(w.Scales), N = w.Shape[0], K = k,
        };
        launcher.Run(QuantizedKernels.Multiply<TEpilogue>, Elements(y.Count), from, output, CountOf(y));
    }

    private void MultiplySparse<TEpilogue>(Tensor x, SparseLayout w, Tensor y, EpilogueData output) where TEpilogue : struct, IEpilogue
    {
        if (y.Count == 0) return;
        var rows = new SparseRows
        {
            Starts = View(w.RowStarts), Columns = View(w.Columns), Values = View(w.Values), N = w.Shape[0], K = w.Shape[1],
        };
        launcher.Run(SparseKernels.Multiply<TEpilogue>, Elements(y.Count), View(x), rows, output, CountOf(y));
    }

    private void Multiply<TA, TEpilogue>(Tensor a, Tensor b, bool transposeB, Mask? mask, Shape c, int depth, EpilogueData output)
        where TA : struct, IOperand where TEpilogue : struct, IEpilogue
    {
        if (transposeB) Multiply<TA, DepthInside, TEpilogue>(a, b, mask, c, depth, output);
        else Multiply<TA, RowInside, TEpilogue>(a, b, mask, c, depth, output);
    }

    private void Multiply<TA, TB, TEpilogue>(Tensor a, Tensor b, Mask? mask, Shape c, int depth, EpilogueData output)
        where TA : struct, IOperand where TB : struct, IOperand where TEpilogue : struct, IEpilogue
    {
        if (mask is null) Multiply<TA, TB, NoMask, TEpilogue>(a, b, mask, c, depth, output);
        else if (mask.Bits is not null) Multiply<TA, TB, BitMask, TEpilogue>(a, b, mask, c, depth, output);
        else Multiply<TA, TB, GateMask, TEpilogue>(a, b, mask, c, depth, output);
    }

    private void Multiply<TA, TB, TMask, TEpilogue>(Tensor a, Tensor b, Mask? mask, Shape c, int depth, EpilogueData output)
        where TA : struct, IOperand where TB : struct, IOperand where TMask : struct, IMaskReader where TEpilogue : struct, IEpilogue
    {
        if (c.Count == 0) return;
        int tiles = Divided(c.Rows, MatMulKernels.Tile) * Divided(c.Columns, MatMulKernels.Tile);
        int slice = Slice(tiles, depth, c.Count), slices = Divided(Math.Max(depth, 1), slice);
        var size = new ProductSize { M = c.Rows, N = c.Columns, K = depth, Slice = slice, VectorA = Flag(ReadsFours(a)), VectorB = Flag(ReadsFours(b)) };
        var config = new KernelConfig(
            new Index3D(Divided(size.N, MatMulKernels.Tile), Divided(size.M, MatMulKernels.Tile), slices), new Index3D(MatMulKernels.Lanes, 1, 1));
        if (slices == 1)
        {
            launcher.Run(
                MatMulKernels.MatMul<TA, TB, TMask, TEpilogue>, config, View(a), View(b), ViewOrNothing(mask?.Bits), ViewOrNothing(mask?.Gates), size, output);
            return;
        }

        using Tensor sums = Tensor.Rent(this, new Shape(slices, CountOf(c.Count)));
        var parts = new EpilogueData { C = View(sums), Bias = View(sums), Z = View(sums) };
        launcher.Run(MatMulKernels.MatMul<TA, TB, TMask, Plain>, config, View(a), View(b), ViewOrNothing(mask?.Bits), ViewOrNothing(mask?.Gates), size, parts);
        launcher.Run(EpilogueKernels.Apply<TEpilogue>, Elements(c.Count), View(sums), slices, output, c.Columns, CountOf(c.Count));
    }

    // How deep a group goes. A product of few tiles leaves most of a large device idle, so several groups share a tile's depth; their sums are added in order
    // afterwards.
    private int Slice(int tiles, int depth, long entries)
    {
        long slices = Math.Min(Math.Min(GroupsWanted * (long)Math.Max(accelerator.NumMultiprocessors, 1) / tiles, depth / LeastSlice), MostElements / entries);
        return Divided(Divided(Math.Max(depth, 1), (int)Math.Max(slices, 1)), MatMulKernels.Depth) * MatMulKernels.Depth;
    }

    // cuBLAS knows no masks: the masked operand is written out first.
    private void MultiplyByCuBlas(Tensor a, bool transposeA, Tensor b, bool transposeB, Mask? mask, Tensor c, bool accumulate)
    {
        if (c.Count == 0) return;
        using Tensor? masked = mask is null ? null : Tensor.Rent(this, b.Shape);
        if (mask is not null) ApplyMask(b, mask, masked!);
        cuBlas!.MatMul(View(a), a.Shape, transposeA, View(masked ?? b), b.Shape, transposeB, View(c), accumulate);
    }

    private static bool ReadsFours(Tensor x) => x.Shape.Columns % 4 == 0 && x.Offset * sizeof(float) % VectorBytes == 0;
}
