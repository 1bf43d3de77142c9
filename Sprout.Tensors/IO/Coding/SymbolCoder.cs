// Bytes, entropy-coded: range asymmetric numeral systems with one table a stream (Duda 2014, arXiv:1311.2540; after ryg_rans, rans64.h).
using System.Buffers.Binary;

namespace Sprout.Tensors.IO.Coding;

/// <summary>
/// The layout of a stream, little-endian: length N of what follows (32 bits), number S of symbols in the table (16), S frequencies (16) whose sum is 2¹⁴,
/// the state (64), words (32) in the order in which decoding takes them, and zeros, so that no stream has less than one bit a symbol. A stream of no
/// symbols is N = 0. Decoding ends with the state 2³¹ and no word left.
/// </summary>
internal static class SymbolCoder
{
    /// <summary>Binary logarithm of the sum of a table's frequencies.</summary>
    public const int ScaleBits = 14;

    /// <summary>The state before the first symbol is coded.</summary>
    public const ulong LowestState = 1UL << 31;

    /// <summary>Different symbols of a stream at most.</summary>
    public const int MostSymbols = 256;

    /// <summary>Bytes that hold one bit for each of so many symbols.</summary>
    public static long LeastBytes(long symbols) => (symbols + 7) / 8;

    /// <summary>Writes a stream.</summary>
    public static void Encode(ReadOnlySpan<byte> symbols, Stream destination)
    {
        if (symbols.IsEmpty)
        {
            destination.Write(stackalloc byte[sizeof(uint)]);
            return;
        }

        int[] frequencies = FrequenciesOf(symbols), starts = StartsOf(frequencies);
        var words = new List<uint>();
        ulong state = LowestState;
        // The last symbol first, since decoding is a stack.
        for (int i = symbols.Length - 1; i >= 0; i--)
        {
            ulong frequency = (ulong)frequencies[symbols[i]];
            if (state >= ((LowestState >> ScaleBits) << 32) * frequency)
            {
                words.Add((uint)state);
                state >>= 32;
            }

            state = ((state / frequency) << ScaleBits) + (state % frequency) + (ulong)starts[symbols[i]];
        }

        Write(frequencies, state, words, LeastBytes(symbols.Length), destination);
    }

    /// <summary>Where each symbol's part of the scale begins, and at the end the sum.</summary>
    public static int[] StartsOf(ReadOnlySpan<int> frequencies)
    {
        var starts = new int[frequencies.Length + 1];
        for (int i = 0; i < frequencies.Length; i++) starts[i + 1] = starts[i] + frequencies[i];
        return starts;
    }

    private static void Write(int[] frequencies, ulong state, List<uint> words, long least, Stream destination)
    {
        int table = sizeof(ushort) * (1 + frequencies.Length), coded = table + sizeof(ulong) + (sizeof(uint) * words.Count);
        var bytes = new byte[sizeof(uint) + Math.Max(coded, least)];
        Span<byte> rest = bytes;
        BinaryPrimitives.WriteUInt32LittleEndian(rest, checked((uint)(bytes.Length - sizeof(uint))));
        rest = rest[sizeof(uint)..];
        BinaryPrimitives.WriteUInt16LittleEndian(rest, (ushort)frequencies.Length);
        for (int i = 0; i < frequencies.Length; i++) BinaryPrimitives.WriteUInt16LittleEndian(rest[(sizeof(ushort) * (1 + i))..], (ushort)frequencies[i]);
        rest = rest[table..];
        BinaryPrimitives.WriteUInt64LittleEndian(rest, state);
        rest = rest[sizeof(ulong)..];
        for (int i = words.Count - 1; i >= 0; i--, rest = rest[sizeof(uint)..]) BinaryPrimitives.WriteUInt32LittleEndian(rest, words[i]);
        destination.Write(bytes);
    }

    // Every symbol that occurs has at least 1; the most frequent ones bear what rounding leaves.
    private static int[] FrequenciesOf(ReadOnlySpan<byte> symbols)
    {
        var counts = new long[MostSymbols];
        foreach (byte symbol in symbols) counts[symbol]++;
        int last = Array.FindLastIndex(counts, count => count > 0);
        var frequencies = new int[last + 1];
        for (int i = 0; i <= last; i++)
            if (counts[i] > 0) frequencies[i] = (int)Math.Max(1, Math.Round((double)counts[i] * (1 << ScaleBits) / symbols.Length));
        for (int missing = (1 << ScaleBits) - frequencies.Sum(); missing != 0;)
        {
            int most = Array.IndexOf(frequencies, frequencies.Max());
            int change = missing > 0 ? missing : -Math.Min(-missing, frequencies[most] / 2);
            frequencies[most] += change;
            missing -= change;
        }

        return frequencies;
    }
}
