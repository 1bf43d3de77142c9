using ILGPU;
using ILGPU.Runtime.Cuda;

namespace Sprout.Tensors.Ilgpu;

/// <summary>
/// Products by cuBLAS, in 32-bit floats and without atomics. cuBLAS takes matrices column by column: to it a matrix of ours is the transposed one. So it is
/// asked for cᵀ = op(b)ᵀ · op(a)ᵀ, which it stores as our c.
/// </summary>
internal sealed class CuBlasProducts : IDisposable
{
    private readonly CudaAccelerator accelerator;
    private readonly CuBlas library;

    /// <summary>Loads the library, whose work joins that of a stream.</summary>
    public CuBlasProducts(CudaAccelerator accelerator, CudaStream stream)
    {
        this.accelerator = accelerator;
        library = new CuBlas(accelerator) { Stream = stream, AtomicsMode = CuBlasAtomicsMode.NotAllowed };
    }

    /// <summary>c [M, N] = op(a) · op(b), or c += …, over a depth of at least 1; op transposes or does not.</summary>
    public void MatMul(
        ArrayView<float> a, Shape shapeA, bool transposeA, ArrayView<float> b, Shape shapeB, bool transposeB, ArrayView<float> c, bool accumulate)
    {
        int m = transposeA ? shapeA.Columns : shapeA.Rows, n = transposeB ? shapeB.Rows : shapeB.Columns, k = transposeA ? shapeA.Rows : shapeA.Columns;
        accelerator.Bind();
        library.Gemm(OperationOf(transposeB), OperationOf(transposeA), n, m, k, 1f, b, shapeB.Columns, a, shapeA.Columns, accumulate ? 1f : 0f, c, n);
    }

    /// <inheritdoc/>
    public void Dispose() => library.Dispose();

    private static CuBlasOperation OperationOf(bool transpose) => transpose ? CuBlasOperation.Transpose : CuBlasOperation.NonTranspose;
}
