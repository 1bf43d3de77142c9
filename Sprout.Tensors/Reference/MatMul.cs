// Products, plainly.
using Sprout.Tensors.Ops;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Reference;

public sealed unsafe partial class ReferenceBackend
{
    /// <inheritdoc/>
    public void MatMul(Tensor a, bool transposeA, Tensor b, bool transposeB, Mask? mask, Tensor c, bool accumulate)
    {
        int m = c.Shape[0], n = c.Shape[1], k = a.Shape[transposeA ? 0 : 1];
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                double sum = accumulate ? c.Pointer[((long)i * n) + j] : 0;
                for (int p = 0; p < k; p++)
                {
                    long entryA = transposeA ? ((long)p * m) + i : ((long)i * k) + p;
                    long entryB = transposeB ? ((long)j * k) + p : ((long)p * n) + j;
                    sum += a.Pointer[entryA] * (b.Pointer[entryB] * MaskFactor(mask, entryB));
                }

                c.Pointer[((long)i * n) + j] = (float)sum;
            }
        }
    }

    /// <inheritdoc/>
    public void Linear<TActivation>(Tensor x, Tensor w, Mask? mask, Tensor? bias, Tensor? z, Tensor y) where TActivation : struct, IPointwise
    {
        int rows = x.Shape.Rows, n = w.Shape[0], k = w.Shape[1];
        for (int t = 0; t < rows; t++)
        {
            for (int j = 0; j < n; j++)
            {
                double sum = bias is null ? 0 : bias.Pointer[j];
                for (int p = 0; p < k; p++)
                {
                    long entry = ((long)j * k) + p;
                    sum += x.Pointer[((long)t * k) + p] * (w.Pointer[entry] * MaskFactor(mask, entry));
                }

                if (z is not null) z.Pointer[((long)t * n) + j] = (float)sum;
                y.Pointer[((long)t * n) + j] = TActivation.Forward(new Scalar((float)sum)).Value;
            }
        }
    }

    /// <inheritdoc/>
    public WeightLayout Pack(Tensor w, Mask? mask) => RowMajorLayout.Of(this, w, mask);

    /// <inheritdoc/>
    public WeightLayout Pack(SparseMatrix w) => RowMajorLayout.Of(this, w);

    /// <inheritdoc/>
    public WeightLayout PackQuantized(QuantizedMatrix w) => new QuantizedLayout(w);

    /// <inheritdoc/>
    public void PackedLinear<TActivation>(Tensor x, WeightLayout w, Tensor? bias, Tensor y) where TActivation : struct, IPointwise
    {
        if (w is not QuantizedLayout quantized)
        {
            Linear<TActivation>(x, ((RowMajorLayout)w).Values, null, bias, null, y);
            return;
        }

        MultiplyQuantized(x, quantized.Matrix, y, accumulate: false);
        for (long i = 0; i < y.Count; i++)
        {
            if (bias is not null) y.Pointer[i] += bias.Pointer[i % w.Shape[0]];
            y.Pointer[i] = TActivation.Forward(new Scalar(y.Pointer[i])).Value;
        }
    }

    /// <inheritdoc/>
    public (WeightLayout Weight, WeightLayout Transposed)? PackSparse(Tensor w, Mask mask) => null;

    /// <inheritdoc/>
    public void PackedMatMul(Tensor x, WeightLayout w, Tensor y, bool accumulate)
    {
        if (w is QuantizedLayout quantized) MultiplyQuantized(x, quantized.Matrix, y, accumulate);
        else MatMul(x, false, ((RowMajorLayout)w).Values, true, null, y, accumulate);
    }

    // In single precision, as it is defined: only sums of integers are exact.
    private static void MultiplyQuantized(Tensor x, QuantizedMatrix w, Tensor y, bool accumulate)
    {
        int n = w.Shape[0], k = w.Shape[1];
        for (int t = 0; t < x.Shape.Rows; t++)
        {
            var row = new ReadOnlySpan<float>(x.Pointer + ((long)t * k), k);
            float smallest = 0, largest = 0, check = 0;
            foreach (float value in row) (smallest, largest, check) = (Math.Min(smallest, value), Math.Max(largest, value), check + (value - value));
            var quantization = new RowQuantization(smallest, largest, check);
            for (int j = 0; j < n; j++)
            {
                int sum = 0;
                for (int p = 0; p < k; p++) sum += (quantization.Quantize(row[p]) - quantization.Zero) * w.Values.Span[(j * k) + p];
                float product = sum * (quantization.Scale * w.Scales.Span[j]);
                long entry = ((long)t * n) + j;
                y.Pointer[entry] = accumulate ? y.Pointer[entry] + product : product;
            }
        }
    }
}
