// Philox for many consecutive counters at once.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sprout.Tensors.Simd;

/// <summary>
/// The words of <see cref="Philox.Next"/> for consecutive counters, bit for bit. Each 32-bit state word lives in the low half of a 64-bit lane: products
/// come out whole, and what gathers in the high halves is never read.
/// </summary>
internal static unsafe class PhiloxLanes
{
    /// <summary>How many words beyond the asked ones <see cref="Fill"/> may write.</summary>
    public const int Slack = 64;

    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9;
    private const uint Weyl1 = 0xBB67AE85;
    private const int Rounds = 10;

    /// <summary>Writes at least <paramref name="count"/> words of the counters (<paramref name="counterLow"/>, <paramref name="counterHigh"/>), (counterLow + 1, counterHigh) …</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fill<V>(ulong key, ulong counterLow, ulong counterHigh, uint* words, int count) where V : struct, IVector<V>
    {
        if (V.Lanes == 16) Fill512(key, counterLow, counterHigh, words, count);
        else if (V.Lanes == 8) Fill256(key, counterLow, counterHigh, words, count);
        else Fill128(key, counterLow, counterHigh, words, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Fill512(ulong key, ulong counterLow, ulong counterHigh, uint* words, int count)
    {
        Vector512<uint> m0 = Vector512.Create((ulong)Multiplier0).AsUInt32(), m1 = Vector512.Create((ulong)Multiplier1).AsUInt32();
        // This order of counters makes the interleaved output consecutive.
        Vector512<ulong> counter = Vector512.Create(counterLow) + Vector512.Create(0UL, 4, 1, 5, 2, 6, 3, 7);
        for (int done = 0; done < count; done += 32, counter += Vector512.Create(8UL))
        {
            Vector512<ulong> c0 = counter, c1 = counter >>> 32, c2 = Vector512.Create(counterHigh), c3 = Vector512.Create(counterHigh >> 32);
            Vector512<ulong> k0 = Vector512.Create(key), k1 = Vector512.Create(key >> 32);
            for (int round = 0; round < Rounds; round++)
            {
                Vector512<ulong> p0 = Avx512F.Multiply(c0.AsUInt32(), m0), p1 = Avx512F.Multiply(c2.AsUInt32(), m1);
                c0 = (p1 >>> 32) ^ c1 ^ k0;
                c2 = (p0 >>> 32) ^ c3 ^ k1;
                c1 = p1;
                c3 = p0;
                k0 += Vector512.Create((ulong)Weyl0);
                k1 += Vector512.Create((ulong)Weyl1);
            }

            Vector512<ulong> low = Vector512.Create((ulong)uint.MaxValue);
            Vector512<ulong> x01 = (c0 & low) | (c1 << 32), x23 = (c2 & low) | (c3 << 32);
            Avx512F.UnpackLow(x01, x23).AsUInt32().Store(words + done);
            Avx512F.UnpackHigh(x01, x23).AsUInt32().Store(words + done + 16);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Fill256(ulong key, ulong counterLow, ulong counterHigh, uint* words, int count)
    {
        Vector256<uint> m0 = Vector256.Create((ulong)Multiplier0).AsUInt32(), m1 = Vector256.Create((ulong)Multiplier1).AsUInt32();
        Vector256<ulong> counter = Vector256.Create(counterLow) + Vector256.Create(0UL, 2, 1, 3);
        for (int done = 0; done < count; done += 16, counter += Vector256.Create(4UL))
        {
            Vector256<ulong> c0 = counter, c1 = counter >>> 32, c2 = Vector256.Create(counterHigh), c3 = Vector256.Create(counterHigh >> 32);
            Vector256<ulong> k0 = Vector256.Create(key), k1 = Vector256.Create(key >> 32);
            for (int round = 0; round < Rounds; round++)
            {
                Vector256<ulong> p0 = Avx2.Multiply(c0.AsUInt32(), m0), p1 = Avx2.Multiply(c2.AsUInt32(), m1);
                c0 = (p1 >>> 32) ^ c1 ^ k0;
                c2 = (p0 >>> 32) ^ c3 ^ k1;
                c1 = p1;
                c3 = p0;
                k0 += Vector256.Create((ulong)Weyl0);
                k1 += Vector256.Create((ulong)Weyl1);
            }

            Vector256<ulong> low = Vector256.Create((ulong)uint.MaxValue);
            Vector256<ulong> x01 = (c0 & low) | (c1 << 32), x23 = (c2 & low) | (c3 << 32);
            Avx2.UnpackLow(x01, x23).AsUInt32().Store(words + done);
            Avx2.UnpackHigh(x01, x23).AsUInt32().Store(words + done + 8);
        }
    }

    private static void Fill128(ulong key, ulong counterLow, ulong counterHigh, uint* words, int count)
    {
        for (int done = 0; done < count; done += 4)
            (words[done], words[done + 1], words[done + 2], words[done + 3]) = Philox.Next(key, counterLow++, counterHigh);
    }
}
