// What follows a product that another library computed.
using ILGPU;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>Epilogues on their own.</summary>
internal static class EpilogueKernels
{
    /// <summary>Stores the sums of a product [., columns] as its epilogue says; they may lie where its output goes.</summary>
    public static void Apply<TEpilogue>(ArrayView<float> sums, EpilogueData output, int columns, int count) where TEpilogue : struct, IEpilogue
    {
        for (int i = Threads.Index; i < count; i += Threads.Count) TEpilogue.Store(output, sums[i], i, i % columns);
    }
}
