// Counter-based random numbers: the same (key, counter) gives the same bits on every device and thread.
namespace Sprout.Tensors.Random;

/// <summary>
/// Philox-4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011): a stateless
/// function of a 64-bit key and a 128-bit counter. Plain 32- and 64-bit integer arithmetic, so kernels can call it.
/// </summary>
public static class Philox
{
    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;

    // The Weyl increments: the golden ratio and the square root of three minus one, as 32-bit fractions.
    private const uint Weyl0 = 0x9E3779B9;
    private const uint Weyl1 = 0xBB67AE85;

    private const int Rounds = 10;

    /// <summary>Four independent uniform 32-bit words for one key and one 128-bit counter.</summary>
    /// <param name="key">The seed; its low word is the paper's k0.</param>
    /// <param name="counterLow">Counter words 0 (low half) and 1 (high half).</param>
    /// <param name="counterHigh">Counter words 2 (low half) and 3 (high half).</param>
    public static (uint X0, uint X1, uint X2, uint X3) Next(ulong key, ulong counterLow, ulong counterHigh)
    {
        uint k0 = (uint)key, k1 = (uint)(key >> 32);
        uint c0 = (uint)counterLow, c1 = (uint)(counterLow >> 32);
        uint c2 = (uint)counterHigh, c3 = (uint)(counterHigh >> 32);
        for (int round = 0; round < Rounds; round++)
        {
            ulong p0 = (ulong)Multiplier0 * c0;
            ulong p1 = (ulong)Multiplier1 * c2;
            c0 = (uint)(p1 >> 32) ^ c1 ^ k0;
            c2 = (uint)(p0 >> 32) ^ c3 ^ k1;
            c1 = (uint)p1;
            c3 = (uint)p0;
            k0 = unchecked(k0 + Weyl0);
            k1 = unchecked(k1 + Weyl1);
        }

        return (c0, c1, c2, c3);
    }

    /// <summary>A number in [0, 1) from the upper 24 bits of a word; every multiple of 2^-24 is equally likely.</summary>
    public static float Uniform(uint word) => (word >> 8) * (1f / (1 << 24));

    /// <summary>A number in (0, 1) from the upper 23 bits of a word: the middle of one of 2^23 equal cells, exact in a float.</summary>
    public static float UniformOpen(uint word) => ((word >> 9) + 0.5f) * (1f / (1 << 23));

    /// <summary>
    /// Two independent standard normal numbers from two words (Box and Muller, 1958); their magnitude stays below 5.8.
    /// The logarithm and the trigonometric functions are the platform's, so the last bit may differ between platforms.
    /// </summary>
    public static (float First, float Second) Normal(uint word0, uint word1)
    {
        double radius = Math.Sqrt(-2 * Math.Log(UniformOpen(word0)));
        double angle = 2 * Math.PI * Uniform(word1);
        return ((float)(radius * Math.Cos(angle)), (float)(radius * Math.Sin(angle)));
    }
}
