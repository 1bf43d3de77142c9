// The part of ILGPU's cuBLAS binding that Sprout.Tensors.Ilgpu uses, with the library's own conventions: matrices column by column, checked leading dimensions.
namespace ILGPU.Runtime.Cuda;

/// <summary>An emulated device with cuBLAS.</summary>
public sealed class CudaAccelerator(int laneOrder) : Accelerator(laneOrder)
{
    public bool IsBound { get; private set; }

    public override AcceleratorStream CreateStream() => new CudaStream(this);

    public void Bind() => IsBound = true;
}

/// <summary>A queue of such a device.</summary>
public sealed class CudaStream(CudaAccelerator accelerator) : AcceleratorStream(accelerator);

/// <summary>How an operand is taken.</summary>
public enum CuBlasOperation
{
    NonTranspose,
    Transpose,
}

/// <summary>Whether the library may add in any order.</summary>
public enum CuBlasAtomicsMode
{
    NotAllowed,
    Allowed,
}

/// <summary>The library.</summary>
public sealed class CuBlas(CudaAccelerator accelerator) : IDisposable
{
    public CudaStream? Stream { get; set; }

    public CuBlasAtomicsMode AtomicsMode { get; set; }

    /// <summary>C [m, n] = alpha · op(A) · op(B) + beta · C, column by column; C is not read where beta is 0.</summary>
    public void Gemm(
        CuBlasOperation transa, CuBlasOperation transb, int m, int n, int k, float alpha, ArrayView<float> a, int lda, ArrayView<float> b, int ldb, float beta,
        ArrayView<float> c, int ldc)
    {
        if (!accelerator.IsBound || Stream is null) throw new AcceleratorException("cuBLAS runs on a bound device, on the stream of the other kernels.");
        bool plainA = transa == CuBlasOperation.NonTranspose, plainB = transb == CuBlasOperation.NonTranspose;
        if (m < 0 || n < 0 || k < 0 || lda < Math.Max(1, plainA ? m : k) || ldb < Math.Max(1, plainB ? k : n) || ldc < Math.Max(1, m))
            throw new AcceleratorException($"CUBLAS_STATUS_INVALID_VALUE: m {m}, n {n}, k {k}, lda {lda}, ldb {ldb}, ldc {ldc}.");
        Stream.Traffic.LibraryProducts++;
        for (int column = 0; column < n; column++)
        {
            for (int row = 0; row < m; row++)
            {
                double sum = 0;
                for (int p = 0; p < k; p++)
                    sum += (double)a[plainA ? ((long)p * lda) + row : ((long)row * lda) + p] * b[plainB ? ((long)column * ldb) + p : ((long)p * ldb) + column];
                long entry = ((long)column * ldc) + row;
                c[entry] = (float)((alpha * sum) + (beta == 0f ? 0.0 : beta * c[entry]));
            }
        }
    }

    public void Dispose() { }
}
