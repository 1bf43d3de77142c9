// The innermost loops of products with a weight of single entries: rows of W meet a tile of X held in the cache.
using System.Runtime.CompilerServices;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Cpu.Sparse;

/// <summary>
/// Yᵀ [rows of W, 32] = or += Wᵀ-stream · Xᵀ [inputs, 32] for one stream of an <see cref="EntriesLayout"/>: rows of X in lanes. Every step of a run is one
/// multiplication of a register by a number for each of its rows; a run's sums stay in registers.
/// </summary>
internal static unsafe class EntriesTiles
{
    /// <summary>Rows of a run: as many as keep eight sums, which hide a multiplication's latency, with 32 rows of X in lanes.</summary>
    public static int TogetherOf<V>() where V : struct, IVector<V> => Math.Max(1, V.Lanes / 4);

    /// <summary>4 rows of 2 registers.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void Runs4x2<V>(int* words, int runs, byte* x, byte* y, bool accumulate) where V : struct, IVector<V>
    {
        for (; runs > 0; runs--)
        {
            Sums2<V> s0 = default, s1 = default, s2 = default, s3 = default;
            byte* y0 = y + words[1], y1 = y + words[2], y2 = y + words[3], y3 = y + words[4];
            int* end = words + 6 + (8 * (nint)words[0]);
            for (words += 6; words < end; words += 8)
            {
                s0.Add(words, x);
                s1.Add(words + 2, x);
                s2.Add(words + 4, x);
                s3.Add(words + 6, x);
            }

            s0.Store(y0, accumulate);
            s1.Store(y1, accumulate);
            s2.Store(y2, accumulate);
            s3.Store(y3, accumulate);
        }
    }

    /// <summary>2 rows of 4 registers.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void Runs2x4<V>(int* words, int runs, byte* x, byte* y, bool accumulate) where V : struct, IVector<V>
    {
        for (; runs > 0; runs--)
        {
            Sums4<V> s0 = default, s1 = default;
            byte* y0 = y + words[1], y1 = y + words[2];
            int* end = words + 4 + (4 * (nint)words[0]);
            for (words += 4; words < end; words += 4)
            {
                s0.Add(words, x);
                s1.Add(words + 2, x);
            }

            s0.Store(y0, accumulate);
            s1.Store(y1, accumulate);
        }
    }

    /// <summary>1 row of 8 registers, as two halves.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void Runs1x8<V>(int* words, int runs, byte* x, byte* y, bool accumulate) where V : struct, IVector<V>
    {
        int half = 4 * V.Lanes * sizeof(float);
        for (; runs > 0; runs--)
        {
            Sums4<V> s0 = default, s1 = default;
            byte* target = y + words[1];
            int* end = words + 2 + (2 * (nint)words[0]);
            for (words += 2; words < end; words += 2)
            {
                s0.Add(words, x);
                s1.Add(words, x + half);
            }

            s0.Store(target, accumulate);
            s1.Store(target + half, accumulate);
        }
    }

    /// <summary>One row of X, as it lies: y [rows of W] = or += W · x.</summary>
    [MethodImpl(Jit.Kernel)]
    public static void RunsOfOne(int* words, int runs, int together, float* x, float* y, bool accumulate)
    {
        const int shift = 7; // Places are of tiles with 32 rows of X.
        int header = EntriesStream.HeaderOf(together), stride = 2 * together;
        for (; runs > 0; runs--)
        {
            nint length = (nint)words[0] * stride;
            int* steps = words + header;
            for (int row = 0; row < together; row++)
            {
                float sum = 0;
                for (int* step = steps + (2 * row), end = step + length; step < end; step += stride)
                    sum = MathF.FusedMultiplyAdd(BitConverter.Int32BitsToSingle(step[1]), x[step[0] >> shift], sum);
                float* target = y + (words[1 + row] >> shift);
                *target = accumulate ? *target + sum : sum;
            }

            words = steps + length;
        }
    }

    // The sums of one row of W with 2 registers of rows of X. The JIT keeps its fields in registers.
    private struct Sums2<V> where V : struct, IVector<V>
    {
        private V c0, c1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(int* step, byte* x)
        {
            V weight = V.Broadcast(*(float*)(step + 1));
            float* input = (float*)(x + step[0]);
            c0 = V.MultiplyAdd(weight, V.Load(input), c0);
            c1 = V.MultiplyAdd(weight, V.Load(input + V.Lanes), c1);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(byte* y, bool accumulate)
        {
            float* target = (float*)y;
            V.Store(accumulate ? V.Load(target) + c0 : c0, target);
            V.Store(accumulate ? V.Load(target + V.Lanes) + c1 : c1, target + V.Lanes);
        }
    }

    private struct Sums4<V> where V : struct, IVector<V>
    {
        private V c0, c1, c2, c3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(int* step, byte* x)
        {
            V weight = V.Broadcast(*(float*)(step + 1));
            float* input = (float*)(x + step[0]);
            c0 = V.MultiplyAdd(weight, V.Load(input), c0);
            c1 = V.MultiplyAdd(weight, V.Load(input + V.Lanes), c1);
            c2 = V.MultiplyAdd(weight, V.Load(input + (2 * V.Lanes)), c2);
            c3 = V.MultiplyAdd(weight, V.Load(input + (3 * V.Lanes)), c3);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(byte* y, bool accumulate)
        {
            float* target = (float*)y;
            V.Store(accumulate ? V.Load(target) + c0 : c0, target);
            V.Store(accumulate ? V.Load(target + V.Lanes) + c1 : c1, target + V.Lanes);
            V.Store(accumulate ? V.Load(target + (2 * V.Lanes)) + c2 : c2, target + (2 * V.Lanes));
            V.Store(accumulate ? V.Load(target + (3 * V.Lanes)) + c3 : c3, target + (3 * V.Lanes));
        }
    }
}
