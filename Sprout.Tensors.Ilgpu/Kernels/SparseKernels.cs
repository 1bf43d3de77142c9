using ILGPU;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>A weight by its rows' entries.</summary>
internal struct SparseRows
{
    public ArrayView<int> Starts, Columns;
    public ArrayView<float> Values;
    public int N, K;
}

/// <summary>Device side of products with a sparse weight.</summary>
internal static class SparseKernels
{
    /// <summary>x · Wᵀ, then the epilogue: a thread an entry of y [T, N], which adds up its row's products in their order.</summary>
    public static void Multiply<TEpilogue>(ArrayView<float> x, SparseRows w, EpilogueData output, int count) where TEpilogue : struct, IEpilogue
    {
        for (int i = Threads.Index; i < count; i += Threads.Count)
        {
            int first = i / w.N * w.K, row = i % w.N, end = w.Starts[row + 1];
            float sum = 0f;
            for (int entry = w.Starts[row]; entry < end; entry++) sum += x[first + w.Columns[entry]] * w.Values[entry];
            TEpilogue.Store(output, sum, i, row);
        }
    }
}
