// Sums over whole tensors, in two launches.
using ILGPU;
using Sprout.Tensors.Ops;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>What a sum adds up for each element.</summary>
internal interface ITerm
{
    /// <summary>The term of an element with value x, beside it y, and a number for all of them.</summary>
    static abstract float Of(float x, float y, float parameter);
}

/// <summary>x².</summary>
internal readonly struct Square : ITerm
{
    public static float Of(float x, float y, float parameter) => x * x;
}

/// <summary>(x − y)².</summary>
internal readonly struct SquaredDifference : ITerm
{
    public static float Of(float x, float y, float parameter) => (x - y) * (x - y);
}

/// <summary>−y · log σ(x) − (1 − y) · log σ(−x).</summary>
internal readonly struct BinaryCrossEntropyOf : ITerm
{
    public static float Of(float x, float y, float parameter)
    {
        float size = x < 0f ? -x : x, positive = x < 0f ? 0f : x;
        return positive - (x * y) + Log.Forward(new Lane(1f + Exp.Forward(new Lane(-size)).Value)).Value;
    }
}

/// <summary>σ(x − parameter).</summary>
internal readonly struct SigmoidOf : ITerm
{
    public static float Of(float x, float y, float parameter) => Sigmoid.Forward(new Lane(x - parameter)).Value;
}

/// <summary>
/// First every group adds up one piece in single precision, then one group adds up the pieces in double: the order never changes. Sums over rows are those of
/// groups, added up in their order.
/// </summary>
internal static class SumKernels
{
    /// <summary>The elements of one piece.</summary>
    public const int Piece = 1024;

    public static void Pieces<TTerm>(ArrayView<float> x, ArrayView<float> y, float parameter, ArrayView<float> sums, int count) where TTerm : struct, ITerm
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(Reduce.MaxLanes);
        int first = Grid.IdxX * Piece, end = first + Piece < count ? first + Piece : count;
        float sum = 0f;
        for (int i = first + Group.IdxX; i < end; i += Group.DimX) sum += TTerm.Of(x[i], y[i], parameter);
        Reduce.Sum(shared, sum);
        if (Group.IdxX == 0) sums[Grid.IdxX] = shared[0];
    }

    public static void Total(ArrayView<float> sums, int pieces, ArrayView<float> result, int index, float scale, int accumulate)
    {
        ArrayView<double> shared = SharedMemory.Allocate<double>(Reduce.MaxLanes);
        double sum = 0;
        for (int i = Group.IdxX; i < pieces; i += Group.DimX) sum += sums[i];
        Reduce.Sum(shared, sum);
        if (Group.IdxX != 0) return;
        float total = (float)(scale * shared[0]);
        result[index] = accumulate != 0 ? result[index] + total : total;
    }

    /// <summary>y[column] += Σ sums[group, column] over the groups.</summary>
    public static void AddGroups(ArrayView<float> sums, int groups, ArrayView<float> y, int columns)
    {
        for (int column = Threads.Index; column < columns; column += Threads.Count)
        {
            float sum = 0f;
            for (int group = 0; group < groups; group++) sum += sums[(group * columns) + column];
            y[column] += sum;
        }
    }
}
