using ILGPU;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>How a kernel reads the mask of a weight.</summary>
internal interface IMaskReader
{
    /// <summary>x times the mask's entry.</summary>
    static abstract float Apply(float x, ArrayView<int> bits, ArrayView<float> gates, int entry);
}

/// <summary>Everything is kept.</summary>
internal readonly struct NoMask : IMaskReader
{
    public static float Apply(float x, ArrayView<int> bits, ArrayView<float> gates, int entry) => x;
}

/// <summary>One bit an entry.</summary>
internal readonly struct BitMask : IMaskReader
{
    public static float Apply(float x, ArrayView<int> bits, ArrayView<float> gates, int entry) => IsSet(bits, entry) ? x : 0f;

    /// <summary>Whether an entry's bit is 1.</summary>
    public static bool IsSet(ArrayView<int> bits, int entry) => ((bits[entry / 32] >> (entry & 31)) & 1) != 0;
}

/// <summary>One factor an entry.</summary>
internal readonly struct GateMask : IMaskReader
{
    public static float Apply(float x, ArrayView<int> bits, ArrayView<float> gates, int entry) => x * gates[entry];
}
