using ILGPU;
using Sprout.Tensors.Ops;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>Where a product goes and what is added to it; a flag says whether an optional tensor is there.</summary>
internal struct EpilogueData
{
    public ArrayView<float> C, Bias, Z;
    public int HasBias, HasZ, Accumulate;
}

/// <summary>What happens to the sums of a product before they are stored.</summary>
internal interface IEpilogue
{
    /// <summary>Stores the sum of one entry.</summary>
    static abstract void Store(EpilogueData output, float sum, int entry, int column);
}

/// <summary>c = sum, or c += sum.</summary>
internal readonly struct Plain : IEpilogue
{
    public static void Store(EpilogueData output, float sum, int entry, int column) => output.C[entry] = output.Accumulate != 0 ? output.C[entry] + sum : sum;
}

/// <summary>z = sum + bias, c = f(z).</summary>
internal readonly struct BiasThen<TActivation> : IEpilogue where TActivation : struct, IPointwise
{
    public static void Store(EpilogueData output, float sum, int entry, int column)
    {
        float z = output.HasBias != 0 ? sum + output.Bias[column] : sum;
        if (output.HasZ != 0) output.Z[entry] = z;
        output.C[entry] = TActivation.Forward(new Lane(z)).Value;
    }
}
