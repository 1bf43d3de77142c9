// Matrix products: what they are asked for, as Gemm takes it.
using Sprout.Tensors.Cpu.Gemm;
using Sprout.Tensors.Cpu.Integers;
using Sprout.Tensors.Ops;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend<V>
{
    /// <inheritdoc/>
    public void MatMul(Tensor a, bool transposeA, Tensor b, bool transposeB, Mask? mask, Tensor c, bool accumulate)
    {
        int m = transposeA ? a.Shape.Columns : a.Shape.Rows, k = transposeA ? a.Shape.Rows : a.Shape.Columns;
        int n = transposeB ? b.Shape.Rows : b.Shape.Columns;
        gemm.Multiply(new Product(m, n, k, a.Pointer, transposeA, transposeB, c.Pointer, accumulate), b, mask, default(NoEpilogue));
    }

    /// <inheritdoc/>
    public void Linear<TActivation>(Tensor x, Tensor w, Mask? mask, Tensor? bias, Tensor? z, Tensor y) where TActivation : struct, IPointwise
    {
        int m = x.Shape.Rows, n = w.Shape.Rows, k = x.Shape.Columns;
        var product = new Product(m, n, k, x.Pointer, transposeA: false, transposeB: true, (z ?? y).Pointer, accumulate: false);
        if (z is null && bias is null && typeof(TActivation) == typeof(Identity)) gemm.Multiply(product, w, mask, default(NoEpilogue));
        else gemm.Multiply(product, w, mask, new LinearEpilogue<V, TActivation>(n, PointerOf(bias), product.C, y.Pointer));
    }

    /// <inheritdoc/>
    public WeightLayout Pack(Tensor w, Mask? mask) => sparse.Pack(w, mask) ?? gemm.Pack(w, mask);

    /// <inheritdoc/>
    public WeightLayout Pack(SparseMatrix w)
    {
        if (sparse.Pack(w) is WeightLayout packed) return packed;
        using RowMajorLayout dense = RowMajorLayout.Of(this, w);
        return gemm.Pack(dense.Values, null);
    }

    /// <inheritdoc/>
    public WeightLayout PackQuantized(QuantizedMatrix w)
    {
        ArgumentNullException.ThrowIfNull(w);
        return new IntegerLayout(this, workers, w);
    }

    /// <inheritdoc/>
    public void PackedLinear<TActivation>(Tensor x, WeightLayout w, Tensor? bias, Tensor y) where TActivation : struct, IPointwise
    {
        if (bias is null && typeof(TActivation) == typeof(Identity)) MultiplyPacked(x, w, y, accumulate: false, default(NoEpilogue));
        else MultiplyPacked(x, w, y, accumulate: false, new LinearEpilogue<V, TActivation>(w.Shape[0], PointerOf(bias), y.Pointer, y.Pointer));
    }

    /// <inheritdoc/>
    public (WeightLayout Weight, WeightLayout Transposed)? PackSparse(Tensor w, Mask mask) => sparse.PackOnce(w, mask);

    /// <inheritdoc/>
    public void PackedMatMul(Tensor x, WeightLayout w, Tensor y, bool accumulate) => MultiplyPacked(x, w, y, accumulate, default(NoEpilogue));

    private void MultiplyPacked<TEpilogue>(Tensor x, WeightLayout w, Tensor y, bool accumulate, TEpilogue epilogue) where TEpilogue : struct, IEpilogue
    {
        var product = new Product(x.Shape.Rows, w.Shape[0], w.Shape[1], x.Pointer, transposeA: false, transposeB: true, y.Pointer, accumulate);
        if (w is IntegerLayout integers) MultiplyIntegers(product, integers, epilogue);
        else if (!sparse.Multiply(product, w, epilogue)) gemm.Multiply(product, (PanelLayout)w, epilogue);
    }

    private void MultiplyIntegers<TEpilogue>(in Product product, IntegerLayout w, TEpilogue epilogue) where TEpilogue : struct, IEpilogue
    {
        if (typeof(V) == typeof(V512)) IntegerProduct<V, Lanes512, TEpilogue>.Run(this, workers, w, product, epilogue);
        else if (typeof(V) == typeof(V256)) IntegerProduct<V, Lanes256, TEpilogue>.Run(this, workers, w, product, epilogue);
        else IntegerProduct<V, Lanes128, TEpilogue>.Run(this, workers, w, product, epilogue);
    }
}
