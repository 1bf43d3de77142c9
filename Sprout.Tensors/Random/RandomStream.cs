// Random numbers in sequence, for shuffling and initialising on the host.
namespace Sprout.Tensors.Random;

/// <summary>
/// The words of <see cref="Philox"/> one after another. A seed and a stream number name the sequence and
/// <see cref="Position"/> is its whole state, so a saved position continues with the same numbers.
/// Not safe for use by several threads at once: give each its own stream number.
/// </summary>
public sealed class RandomStream
{
    private readonly ulong seed;
    private readonly ulong stream;
    private (uint X0, uint X1, uint X2, uint X3) block;
    private ulong blockIndex;
    private bool hasBlock;

    /// <summary>The sequence number <paramref name="stream"/> of <paramref name="seed"/>, at its start.</summary>
    public RandomStream(ulong seed, ulong stream)
    {
        this.seed = seed;
        this.stream = stream;
    }

    /// <summary>How many 32-bit words were drawn; setting it continues from there.</summary>
    public ulong Position { get; set; }

    /// <summary>A uniform 32-bit word. Draws one word.</summary>
    public uint NextUInt()
    {
        ulong index = Position >> 2;
        if (!hasBlock || index != blockIndex)
        {
            block = Philox.Next(seed, index, stream);
            blockIndex = index;
            hasBlock = true;
        }

        return (Position++ & 3) switch { 0 => block.X0, 1 => block.X1, 2 => block.X2, _ => block.X3 };
    }

    /// <summary>A number in [0, 1) with 53 random bits. Draws two words.</summary>
    public double NextDouble()
    {
        ulong high = NextUInt();
        ulong low = NextUInt();
        return ((high << 32 | low) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>An integer in [0, <paramref name="exclusive"/>), each equally likely. Draws one word, rarely more.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="exclusive"/> is not positive.</exception>
    public int NextInt(int exclusive)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exclusive);
        uint range = (uint)exclusive;
        uint tooFew = unchecked(0u - range) % range;

        // Lemire 2019: a product whose low half falls under 2^32 mod range would favour some results.
        ulong product;
        do product = (ulong)NextUInt() * range;
        while ((uint)product < tooFew);
        return (int)(product >> 32);
    }

    /// <summary>Puts <paramref name="values"/> in random order, every order equally likely (Fisher and Yates).</summary>
    public void Shuffle(Span<int> values)
    {
        for (int i = values.Length - 1; i > 0; i--)
        {
            int j = NextInt(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    /// <summary>
    /// A standard normal number. Draws two words; the second number they would give is not kept, so that <see cref="Position"/> stays the whole state.
    /// </summary>
    public float Normal()
    {
        uint word0 = NextUInt();
        return Philox.Normal(word0, NextUInt()).First;
    }
}
