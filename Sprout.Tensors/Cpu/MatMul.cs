// Matrix products: who calls what.
using System.Runtime.CompilerServices;
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
        Multiply(new Product(m, n, k, a.Pointer, transposeA, transposeB, c.Pointer, accumulate), b, mask, default(NoEpilogue));
    }

    /// <inheritdoc/>
    public void Linear<TActivation>(Tensor x, Tensor w, Mask? mask, Tensor? bias, Tensor? z, Tensor y) where TActivation : struct, IPointwise
    {
        int m = x.Shape.Rows, n = w.Shape.Rows, k = x.Shape.Columns;
        var product = new Product(m, n, k, x.Pointer, transposeA: false, transposeB: true, (z ?? y).Pointer, accumulate: false);
        if (z is null && bias is null && typeof(TActivation) == typeof(Identity)) Multiply(product, w, mask, default(NoEpilogue));
        else Multiply(product, w, mask, new LinearEpilogue<TActivation>(n, bias is null ? null : bias.Pointer, product.C, y.Pointer));
    }

    /// <inheritdoc/>
    public WeightLayout Pack(Tensor w, Mask? mask)
    {
        if (mask?.Bits is IntTensor bits) return Pack(w.Shape, new BitsReader<V>(w.Pointer, bits.Pointer));
        return mask?.Gates is Tensor gates ? Pack(w.Shape, new GatesReader<V>(w.Pointer, gates.Pointer)) : Pack(w.Shape, new PlainReader<V>(w.Pointer));
    }

    /// <inheritdoc/>
    public void PackedLinear<TActivation>(Tensor x, WeightLayout w, Tensor? bias, Tensor y) where TActivation : struct, IPointwise
    {
        int m = x.Shape.Rows, n = w.Shape[0], k = w.Shape[1];
        float* panels = ((PanelLayout)w).Panels.Pointer;
        if (m == 0 || n == 0) return;
        var product = new Product(m, n, k, x.Pointer, transposeA: false, transposeB: true, y.Pointer, accumulate: false);
        var none = new PlainReader<V>(null);
        if (bias is null && typeof(TActivation) == typeof(Identity)) MultiplyBlocked(product, none, panels, default(NoEpilogue));
        else MultiplyBlocked(product, none, panels, new LinearEpilogue<TActivation>(n, bias is null ? null : bias.Pointer, y.Pointer, y.Pointer));
    }

    private void Multiply<TEpilogue>(in Product product, Tensor b, Mask? mask, TEpilogue epilogue) where TEpilogue : struct, IEpilogue
    {
        if (mask?.Bits is IntTensor bits) Multiply(product, new BitsReader<V>(b.Pointer, bits.Pointer), epilogue);
        else if (mask?.Gates is Tensor gates) Multiply(product, new GatesReader<V>(b.Pointer, gates.Pointer), epilogue);
        else Multiply(product, new PlainReader<V>(b.Pointer), epilogue);
    }

    private void Multiply<TReader, TEpilogue>(in Product product, TReader b, TEpilogue epilogue)
        where TReader : struct, IReader<V>
        where TEpilogue : struct, IEpilogue
    {
        if (product.M == 0 || product.N == 0) return;
        if (!DotWork<TReader, TEpilogue>.Suits(product))
        {
            MultiplyBlocked(product, b, null, epilogue);
            return;
        }

        var work = new DotWork<TReader, TEpilogue>(product, b, epilogue);
        workers.Run(work.Pieces, work);
    }

    /// <summary>C [M, N] = or += op(A) · op(B), without B, which is read through an <see cref="IReader{V}"/>.</summary>
    private readonly struct Product(int m, int n, int k, float* a, bool transposeA, bool transposeB, float* c, bool accumulate)
    {
        public readonly int M = m, N = n, K = k;
        public readonly float* A = a, C = c;
        public readonly bool TransposeA = transposeA, TransposeB = transposeB, Accumulate = accumulate;
    }

    /// <summary>What happens to a finished block of C while it is in the cache.</summary>
    private interface IEpilogue
    {
        void Apply(int row, int column, int rows, int columns);
    }

    private readonly struct NoEpilogue : IEpilogue
    {
        public void Apply(int row, int column, int rows, int columns) { }
    }

    /// <summary>z += bias; y = f(z). z and y may be the same.</summary>
    private readonly struct LinearEpilogue<TActivation>(int n, float* bias, float* z, float* y) : IEpilogue
        where TActivation : struct, IPointwise
    {
        [MethodImpl(Jit.Kernel)]
        public void Apply(int row, int column, int rows, int columns)
        {
            for (int i = row; i < row + rows; i++)
            {
                float* zRow = z + ((nint)i * n), yRow = y + ((nint)i * n);
                int j = column;
                for (; j + V.Lanes <= column + columns; j += V.Lanes)
                {
                    V value = V.Load(zRow + j);
                    if (bias != null) V.Store(value += V.Load(bias + j), zRow + j);
                    V.Store(TActivation.Forward(value), yRow + j);
                }

                int rest = column + columns - j;
                if (rest == 0) continue;
                V last = V.LoadPartial(zRow + j, rest);
                if (bias != null) V.StorePartial(last += V.LoadPartial(bias + j, rest), zRow + j, rest);
                V.StorePartial(TActivation.Forward(last), yRow + j, rest);
            }
        }
    }
}
