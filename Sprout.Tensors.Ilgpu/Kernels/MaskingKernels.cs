// Masks and blocks.
using ILGPU;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>A matrix cut into blocks.</summary>
internal struct BlockGrid
{
    public int Columns, BlockRows, BlockColumns;

    /// <summary>The block of an entry.</summary>
    public readonly int BlockOf(int entry) => (entry / Columns / BlockRows * (Columns / BlockColumns)) + (entry % Columns / BlockColumns);

    /// <summary>The i-th entry of a block.</summary>
    public readonly int EntryOf(int block, int i)
    {
        int across = Columns / BlockColumns;
        return (((block / across * BlockRows) + (i / BlockColumns)) * Columns) + (block % across * BlockColumns) + (i % BlockColumns);
    }
}

/// <summary>Device side of the masks.</summary>
internal static class MaskingKernels
{
    /// <summary>result[0] = the number of set bits among the first <paramref name="count"/>, by one group.</summary>
    public static void CountBits(ArrayView<int> bits, ArrayView<int> result, int count)
    {
        ArrayView<int> shared = SharedMemory.Allocate<int>(Reduce.MaxLanes);
        int sum = 0;
        for (int word = Group.IdxX; word * 32 < count; word += Group.DimX)
        {
            uint value = (uint)bits[word];
            if (count - (word * 32) < 32) value &= (1u << (count - (word * 32))) - 1;
            sum += PopulationCount(value);
        }

        Reduce.Sum(shared, sum);
        if (Group.IdxX == 0) result[0] = shared[0];
    }

    /// <summary>A thread a word of bits.</summary>
    public static void ExpandBits(ArrayView<int> blockBits, BlockGrid grid, ArrayView<int> bits, int count)
    {
        for (int word = Threads.Index; word * 32 < count; word += Threads.Count)
        {
            int set = 0;
            for (int i = 0; i < 32 && (word * 32) + i < count; i++)
            {
                if (BitMask.IsSet(blockBits, grid.BlockOf((word * 32) + i))) set |= 1 << i;
            }

            bits[word] = set;
        }
    }

    public static void ExpandBlocks(ArrayView<float> blocks, BlockGrid grid, ArrayView<float> y, int count)
    {
        for (int i = Threads.Index; i < count; i += Threads.Count) y[i] = blocks[grid.BlockOf(i)];
    }

    /// <summary>A thread a block, for small ones.</summary>
    public static void BlockSum(ArrayView<float> x, ArrayView<float> y, int hasY, BlockGrid grid, ArrayView<float> blocks, int count)
    {
        for (int block = Threads.Index; block < count; block += Threads.Count)
        {
            float sum = 0f;
            for (int i = 0; i < grid.BlockRows * grid.BlockColumns; i++) sum += Term(x, y, hasY, grid.EntryOf(block, i));
            blocks[block] = sum;
        }
    }

    /// <summary>A group a block, for large ones.</summary>
    public static void LargeBlockSum(ArrayView<float> x, ArrayView<float> y, int hasY, BlockGrid grid, ArrayView<float> blocks)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(Reduce.MaxLanes);
        float sum = 0f;
        for (int i = Group.IdxX; i < grid.BlockRows * grid.BlockColumns; i += Group.DimX) sum += Term(x, y, hasY, grid.EntryOf(Grid.IdxX, i));
        Reduce.Sum(shared, sum);
        if (Group.IdxX == 0) blocks[Grid.IdxX] = shared[0];
    }

    public static void ApplyMask<TMask>(
        ArrayView<float> x, ArrayView<int> bits, ArrayView<float> gates, ArrayView<float> y, int count) where TMask : struct, IMaskReader
    {
        for (int i = Threads.Index; i < count; i += Threads.Count) y[i] = TMask.Apply(x[i], bits, gates, i);
    }

    private static float Term(ArrayView<float> x, ArrayView<float> y, int hasY, int entry)
    {
        if (hasY != 0) return x[entry] * y[entry];
        return x[entry] < 0f ? -x[entry] : x[entry];
    }

    // Sums of neighbouring bits, pairs, fours, and all bytes by one product.
    private static int PopulationCount(uint value)
    {
        value -= (value >> 1) & 0x55555555;
        value = (value & 0x33333333) + ((value >> 2) & 0x33333333);
        return (int)((((value + (value >> 4)) & 0x0F0F0F0F) * 0x01010101) >> 24);
    }
}
