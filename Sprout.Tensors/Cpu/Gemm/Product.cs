namespace Sprout.Tensors.Cpu.Gemm;

/// <summary>C [M, N] = or += op(A) · op(B), without B, which is read through an <see cref="IReader{V}"/>.</summary>
internal readonly unsafe struct Product(int m, int n, int k, float* a, bool transposeA, bool transposeB, float* c, bool accumulate)
{
    public readonly int M = m, N = n, K = k;
    public readonly float* A = a, C = c;
    public readonly bool TransposeA = transposeA, TransposeB = transposeB, Accumulate = accumulate;
}
