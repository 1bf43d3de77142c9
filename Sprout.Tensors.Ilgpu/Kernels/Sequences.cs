using ILGPU;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>Which sequence a token belongs to. They are laid end to end: offsets [B + 1] are their first tokens, and T at the end.</summary>
internal static class Sequences
{
    /// <summary>
    /// The last sequence that starts at or before a token: the one that contains it, since empty sequences come before the one at the same place.
    /// </summary>
    public static int Of(int token, ArrayView<int> offsets, int sequences)
    {
        int low = 0, high = sequences - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (offsets[middle] <= token) low = middle;
            else high = middle - 1;
        }

        return low;
    }
}
