using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Sprout.Tensors.Random;

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

    /// <summary>
    /// Writes at least <paramref name="count"/> words of the counters (<paramref name="counterLow"/>, <paramref name="counterHigh"/>), (counterLow + 1,
    /// counterHigh) …
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fill<V>(ulong key, ulong counterLow, ulong counterHigh, uint* words, int count) where V : struct, IVector<V>
    {
        if (V.Lanes == 16) Fill512(key, counterLow, counterHigh, words, count);
        else if (V.Lanes == 8) Fill256(key, counterLow, counterHigh, words, count);
        else Fill128(key, counterLow, counterHigh, words, count);
    }

    [MethodImpl(Jit.Kernel)]
    private static void Fill512(ulong key, ulong counterLow, ulong counterHigh, uint* words, int count)
    {
        // This order of counters makes the interleaved output consecutive.
        Vector512<ulong> counter = Vector512.Create(counterLow) + Vector512.Create(0UL, 4, 1, 5, 2, 6, 3, 7);
        int done = 0;
        // Two states at a time hide the latency of the products.
        for (; done + 32 < count; done += 64, counter += Vector512.Create(16UL))
        {
            State512 a = new(counter, counterHigh), b = new(counter + Vector512.Create(8UL), counterHigh);
            Vector512<ulong> k0 = Vector512.Create(key), k1 = Vector512.Create(key >> 32);
            for (int round = 0; round < Rounds; round++, k0 += Vector512.Create((ulong)Weyl0), k1 += Vector512.Create((ulong)Weyl1))
            {
                a.Round(k0, k1);
                b.Round(k0, k1);
            }

            a.Store(words + done);
            b.Store(words + done + 32);
        }

        if (done >= count) return;
        State512 last = new(counter, counterHigh);
        Vector512<ulong> key0 = Vector512.Create(key), key1 = Vector512.Create(key >> 32);
        for (int round = 0; round < Rounds; round++, key0 += Vector512.Create((ulong)Weyl0), key1 += Vector512.Create((ulong)Weyl1)) last.Round(key0, key1);
        last.Store(words + done);
    }

    [MethodImpl(Jit.Kernel)]
    private static void Fill256(ulong key, ulong counterLow, ulong counterHigh, uint* words, int count)
    {
        Vector256<ulong> counter = Vector256.Create(counterLow) + Vector256.Create(0UL, 2, 1, 3);
        for (int done = 0; done < count; done += 32, counter += Vector256.Create(8UL))
        {
            State256 a = new(counter, counterHigh), b = new(counter + Vector256.Create(4UL), counterHigh);
            Vector256<ulong> k0 = Vector256.Create(key), k1 = Vector256.Create(key >> 32);
            for (int round = 0; round < Rounds; round++, k0 += Vector256.Create((ulong)Weyl0), k1 += Vector256.Create((ulong)Weyl1))
            {
                a.Round(k0, k1);
                b.Round(k0, k1);
            }

            a.Store(words + done);
            b.Store(words + done + 16);
        }
    }

    private static void Fill128(ulong key, ulong counterLow, ulong counterHigh, uint* words, int count)
    {
        for (int done = 0; done < count; done += 4)
            (words[done], words[done + 1], words[done + 2], words[done + 3]) = Philox.Next(key, counterLow++, counterHigh);
    }

    private struct State512(Vector512<ulong> counter, ulong counterHigh)
    {
        private Vector512<ulong> c0 = counter, c1 = counter >>> 32, c2 = Vector512.Create(counterHigh), c3 = Vector512.Create(counterHigh >> 32);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Round(Vector512<ulong> k0, Vector512<ulong> k1)
        {
            Vector512<ulong> p0 = Avx512F.Multiply(c0.AsUInt32(), Vector512.Create((ulong)Multiplier0).AsUInt32());
            Vector512<ulong> p1 = Avx512F.Multiply(c2.AsUInt32(), Vector512.Create((ulong)Multiplier1).AsUInt32());
            (c0, c1, c2, c3) = ((p1 >>> 32) ^ c1 ^ k0, p1, (p0 >>> 32) ^ c3 ^ k1, p0);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(uint* words)
        {
            Vector512<ulong> low = Vector512.Create((ulong)uint.MaxValue), x01 = (c0 & low) | (c1 << 32), x23 = (c2 & low) | (c3 << 32);
            Avx512F.UnpackLow(x01, x23).AsUInt32().Store(words);
            Avx512F.UnpackHigh(x01, x23).AsUInt32().Store(words + 16);
        }
    }

    private struct State256(Vector256<ulong> counter, ulong counterHigh)
    {
        private Vector256<ulong> c0 = counter, c1 = counter >>> 32, c2 = Vector256.Create(counterHigh), c3 = Vector256.Create(counterHigh >> 32);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Round(Vector256<ulong> k0, Vector256<ulong> k1)
        {
            Vector256<ulong> p0 = Avx2.Multiply(c0.AsUInt32(), Vector256.Create((ulong)Multiplier0).AsUInt32());
            Vector256<ulong> p1 = Avx2.Multiply(c2.AsUInt32(), Vector256.Create((ulong)Multiplier1).AsUInt32());
            (c0, c1, c2, c3) = ((p1 >>> 32) ^ c1 ^ k0, p1, (p0 >>> 32) ^ c3 ^ k1, p0);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(uint* words)
        {
            Vector256<ulong> low = Vector256.Create((ulong)uint.MaxValue), x01 = (c0 & low) | (c1 << 32), x23 = (c2 & low) | (c3 << 32);
            Avx2.UnpackLow(x01, x23).AsUInt32().Store(words);
            Avx2.UnpackHigh(x01, x23).AsUInt32().Store(words + 8);
        }
    }
}
