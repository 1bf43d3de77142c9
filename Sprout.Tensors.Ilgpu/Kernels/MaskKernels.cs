// Masks, blocks and the gates of L0.
using ILGPU;
using Sprout.Tensors.Ops;
using Sprout.Tensors.Random;

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
internal static class MaskKernels
{
    // β, γ and ζ of Louizos et al. 2018.
    private const float Beta = 2f / 3f, Gamma = -0.1f, Zeta = 1.1f;

    public static void ApplyMask<TMask>(ArrayView<float> x, ArrayView<int> bits, ArrayView<float> gates, ArrayView<float> y, int count) where TMask : struct, IMaskReader
    {
        for (int i = Threads.Index; i < count; i += Threads.Count) y[i] = TMask.Apply(x[i], bits, gates, i);
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

    /// <summary>Gates in training: noise is drawn.</summary>
    public static void NoisyGates(ArrayView<float> scores, DropoutPlace noise, ArrayView<float> gates, int count)
    {
        for (int i = Threads.Index; i < count; i += Threads.Count) gates[i] = Clamp(Stretch(NoisySigmoid(scores[i], noise, i)));
    }

    /// <summary>Gates in evaluation.</summary>
    public static void Gates(ArrayView<float> scores, ArrayView<float> gates, int count)
    {
        for (int i = Threads.Index; i < count; i += Threads.Count) gates[i] = Clamp(Stretch(Sigmoid.Forward(new Lane(scores[i])).Value));
    }

    public static void GatesBackward(ArrayView<float> scores, DropoutPlace noise, ArrayView<float> dgates, ArrayView<float> dscores, int count)
    {
        for (int i = Threads.Index; i < count; i += Threads.Count)
        {
            float s = NoisySigmoid(scores[i], noise, i), z = Stretch(s);
            dscores[i] = z >= 0f && z <= 1f ? dgates[i] * ((Zeta - Gamma) / Beta) * s * (1f - s) : 0f;
        }
    }

    /// <summary>dscores += scale · σ'(S − shift).</summary>
    public static void SigmoidPenaltyGradient(ArrayView<float> scores, float shift, float scale, ArrayView<float> dscores, int count)
    {
        for (int i = Threads.Index; i < count; i += Threads.Count)
        {
            float s = Sigmoid.Forward(new Lane(scores[i] - shift)).Value;
            dscores[i] += scale * s * (1f - s);
        }
    }

    private static float Term(ArrayView<float> x, ArrayView<float> y, int hasY, int entry)
    {
        if (hasY != 0) return x[entry] * y[entry];
        return x[entry] < 0f ? -x[entry] : x[entry];
    }

    private static float NoisySigmoid(float score, DropoutPlace noise, int element)
    {
        float u = noise.IsActive ? 0.0001f + (0.9998f * Philox.Uniform(noise.Word((ulong)element / 4, element & 3))) : 0.5f;
        float logit = Log.Forward(new Lane(u)).Value - Log.Forward(new Lane(1f - u)).Value;
        return Sigmoid.Forward(new Lane((logit + score) / Beta)).Value;
    }

    private static float Stretch(float s) => (s * (Zeta - Gamma)) + Gamma;

    private static float Clamp(float z) => z < 0f ? 0f : z > 1f ? 1f : z;
}
