// A seeded stream of random numbers: SplitMix64, keyed by a seed and a stream number.
namespace Sprout.Tensors;

/// <summary>A deterministic stream of random numbers; the same seed and stream number give the same numbers everywhere.</summary>
public sealed class RandomStream
{
    private ulong state;

    /// <summary>The stream numbered <paramref name="stream"/> of <paramref name="seed"/>.</summary>
    public RandomStream(ulong seed, ulong stream) => state = Mix(Mix(seed) ^ (stream * 0xD1342543DE82EF95UL));

    /// <summary>The next 32 random bits.</summary>
    public uint NextUInt() => (uint)(Mix(state += 0x9E3779B97F4A7C15UL) >> 32);

    /// <summary>The next number, uniform in [0, 1).</summary>
    public double NextDouble() => NextUInt() * (1.0 / 4294967296.0);

    /// <summary>The next integer, uniform in [0, <paramref name="exclusive"/>).</summary>
    public int NextInt(int exclusive) => (int)(((ulong)NextUInt() * (uint)exclusive) >> 32);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
