using ILGPU;
using Sprout.Tensors.Ops;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>Rows of integers x [T, K] with their scales and zeros [T], and a weight [N, K] of integers, four to a word, with its scales [N].</summary>
internal struct QuantizedOperands
{
    public ArrayView<int> X, Zeros, Words;
    public ArrayView<float> Scales, WeightScales;
    public int N, K;
}

/// <summary>Device side of products in 8-bit integers.</summary>
internal static class QuantizedKernels
{
    /// <summary>Integers of a word.</summary>
    public const int OfWord = sizeof(int);

    /// <summary>x [T, K] as integers, one group a row.</summary>
    public static void Quantize(ArrayView<float> x, ArrayView<int> integers, ArrayView<float> scales, ArrayView<int> zeros, int columns)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(Reduce.MaxLanes);
        int first = Grid.IdxX * columns, end = first + columns;
        float smallest = 0f, largest = 0f, check = 0f;
        for (int i = first + Group.IdxX; i < end; i += Group.DimX)
        {
            float value = x[i];
            if (value > largest) largest = value;
            if (smallest > value) smallest = value;
            check += value - value;
        }

        Reduce.Max(shared, largest);
        largest = shared[0];
        Reduce.Max(shared, -smallest);
        smallest = -shared[0];
        Reduce.Sum(shared, check);
        var row = new RowQuantization(smallest, largest, shared[0]);
        for (int i = first + Group.IdxX; i < end; i += Group.DimX) integers[i] = row.Quantize(x[i]);
        if (Group.IdxX != 0) return;
        scales[Grid.IdxX] = row.Scale;
        zeros[Grid.IdxX] = row.Zero;
    }

    /// <summary>x · Wᵀ, then the epilogue: a thread an entry of y [T, N].</summary>
    public static void Multiply<TEpilogue>(QuantizedOperands from, EpilogueData output, int count) where TEpilogue : struct, IEpilogue
    {
        int words = (from.K + OfWord - 1) / OfWord;
        for (int i = Threads.Index; i < count; i += Threads.Count)
        {
            int token = i / from.N, row = i % from.N, zero = from.Zeros[token], sum = 0;
            for (int k = 0; k < from.K; k++)
            {
                // The byte of the word, shifted up and down again for its sign.
                int weight = from.Words[(row * words) + (k / OfWord)] << (24 - (k % OfWord * 8)) >> 24;
                sum += (from.X[(token * from.K) + k] - zero) * weight;
            }

            TEpilogue.Store(output, sum * (from.Scales[token] * from.WeightScales[row]), i, row);
        }
    }
}
