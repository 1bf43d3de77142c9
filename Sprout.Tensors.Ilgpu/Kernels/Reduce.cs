using ILGPU;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>
/// Sums, maxima and scans over the threads of a group, as trees in shared memory; the number of threads of a group is a power of two and at most
/// <see cref="MaxLanes"/>. The result is element 0 for every thread until the next reduction into the same memory begins; the order of the additions depends on
/// nothing but the size of the group.
/// </summary>
internal static class Reduce
{
    /// <summary>The largest group, and the elements of shared memory that a reduction needs.</summary>
    public const int MaxLanes = 256;

    /// <summary>shared[0] = Σ value.</summary>
    public static void Sum(ArrayView<float> shared, float value)
    {
        int lane = Group.IdxX;
        Group.Barrier(); // The threads may still be reading what was there before.
        shared[lane] = value;
        Group.Barrier();
        for (int half = Group.DimX / 2; half > 0; half /= 2)
        {
            if (lane < half) shared[lane] += shared[lane + half];
            Group.Barrier();
        }
    }

    /// <summary>shared[0] = Σ value.</summary>
    public static void Sum(ArrayView<double> shared, double value)
    {
        int lane = Group.IdxX;
        Group.Barrier();
        shared[lane] = value;
        Group.Barrier();
        for (int half = Group.DimX / 2; half > 0; half /= 2)
        {
            if (lane < half) shared[lane] += shared[lane + half];
            Group.Barrier();
        }
    }

    /// <summary>shared[0] = Σ value.</summary>
    public static void Sum(ArrayView<int> shared, int value)
    {
        int lane = Group.IdxX;
        Group.Barrier();
        shared[lane] = value;
        Group.Barrier();
        for (int half = Group.DimX / 2; half > 0; half /= 2)
        {
            if (lane < half) shared[lane] += shared[lane + half];
            Group.Barrier();
        }
    }

    /// <summary>shared[0] = the largest value.</summary>
    public static void Max(ArrayView<float> shared, float value)
    {
        int lane = Group.IdxX;
        Group.Barrier();
        shared[lane] = value;
        Group.Barrier();
        for (int half = Group.DimX / 2; half > 0; half /= 2)
        {
            if (lane < half && shared[lane + half] > shared[lane]) shared[lane] = shared[lane + half];
            Group.Barrier();
        }
    }

    /// <summary>shared[lane] = the sum of the values of all threads up to and including this one (Hillis and Steele).</summary>
    public static void Scan(ArrayView<int> shared, int value)
    {
        int lane = Group.IdxX;
        Group.Barrier();
        shared[lane] = value;
        Group.Barrier();
        for (int distance = 1; distance < Group.DimX; distance *= 2)
        {
            int before = lane >= distance ? shared[lane - distance] : 0;
            Group.Barrier();
            shared[lane] += before;
            Group.Barrier();
        }
    }
}
