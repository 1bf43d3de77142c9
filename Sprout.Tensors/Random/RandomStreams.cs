// The numbers of random streams.
namespace Sprout.Tensors.Random;

/// <summary>Makes a stream's number of its purpose and an index within it.</summary>
public static class RandomStreams
{
    // The letters "huff" behind the purpose's S: what shuffles have drawn from since the first version.
    private const ulong ShuffleBase = 0x68756666000000;

    /// <summary>Bits of an index.</summary>
    public const int IndexBits = 56;

    /// <summary>A stream's number: the purpose in the upper 8 bits, the index in the lower 56.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index has more bits.</exception>
    public static ulong Of(RandomPurpose purpose, ulong index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, (1UL << IndexBits) - 1);
        return ((ulong)purpose << IndexBits) | index;
    }

    /// <summary>
    /// The stream of a parameter's fresh weights: a hash of its name, the same in every process, whose upper byte no <see cref="RandomPurpose"/> has.
    /// </summary>
    public static ulong OfName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        // FNV-1a, 64 bits; where its upper byte is taken, it goes on.
        ulong hash = 14695981039346656037;
        foreach (char c in name) hash = unchecked((hash ^ c) * 1099511628211);
        while (Enum.IsDefined((RandomPurpose)(hash >> IndexBits))) hash = unchecked(hash * 1099511628211);
        return hash;
    }

    /// <summary>The stream of an epoch's order.</summary>
    public static ulong ShuffleOf(int epoch) => Of(RandomPurpose.Shuffle, ShuffleBase + (uint)epoch);
}
