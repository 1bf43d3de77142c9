using ILGPU;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>Epilogues on their own, behind a product that another library computed, or that was computed in slices.</summary>
internal static class EpilogueKernels
{
    /// <summary>
    /// Stores the sums of a product [., columns], each made of some slices that lie count entries apart, as its epilogue says; a single slice may lie where its
    /// output goes.
    /// </summary>
    public static void Apply<TEpilogue>(ArrayView<float> sums, int slices, EpilogueData output, int columns, int count) where TEpilogue : struct, IEpilogue
    {
        for (int i = Threads.Index; i < count; i += Threads.Count)
        {
            float sum = sums[i];
            for (int slice = 1; slice < slices; slice++) sum += sums[(slice * count) + i];
            TEpilogue.Store(output, sum, i, i % columns);
        }
    }
}
