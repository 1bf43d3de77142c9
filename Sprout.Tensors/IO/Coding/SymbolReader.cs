// Reads a stream of entropy-coded bytes that nobody vouches for.
using System.Buffers.Binary;

namespace Sprout.Tensors.IO.Coding;

/// <summary>Decodes what <see cref="SymbolCoder"/> writes, symbol by symbol.</summary>
internal ref struct SymbolReader
{
    private const ulong Mask = (1 << SymbolCoder.ScaleBits) - 1;

    private readonly string name;
    private readonly byte[] symbolOf = [];
    private readonly int[] frequencies = [], starts = [];
    private ReadOnlySpan<byte> words;
    private ulong state = SymbolCoder.LowestState;

    /// <summary>Reads a stream's table and state, and checks that it may have so many symbols.</summary>
    /// <param name="bytes">What begins with the stream; afterwards what follows it.</param>
    /// <param name="symbols">Symbols at least.</param>
    /// <param name="name">What messages call the tensor.</param>
    /// <exception cref="InputException">The stream is damaged or too short.</exception>
    public SymbolReader(ref ReadOnlySpan<byte> bytes, long symbols, string name)
    {
        this.name = name;
        ReadOnlySpan<byte> stream = Take(ref bytes, sizeof(uint), name);
        stream = Take(ref bytes, BinaryPrimitives.ReadUInt32LittleEndian(stream), name);
        if (stream.Length < SymbolCoder.LeastBytes(symbols))
            throw new InputException($"{name}: expected at least a bit for each of {symbols} symbols, found a stream of {stream.Length} bytes.");
        if (stream.IsEmpty) return;
        int count = BinaryPrimitives.ReadUInt16LittleEndian(Take(ref stream, sizeof(ushort), name));
        if (count is 0 or > SymbolCoder.MostSymbols) throw Wrong($"a table of 1 to {SymbolCoder.MostSymbols} symbols", $"{count}");
        ReadOnlySpan<byte> table = Take(ref stream, sizeof(ushort) * count, name);
        frequencies = new int[count];
        for (int i = 0; i < count; i++) frequencies[i] = BinaryPrimitives.ReadUInt16LittleEndian(table[(sizeof(ushort) * i)..]);
        starts = SymbolCoder.StartsOf(frequencies);
        if (starts[count] != 1 << SymbolCoder.ScaleBits) throw Wrong($"frequencies whose sum is {1 << SymbolCoder.ScaleBits}", $"{starts[count]}");
        symbolOf = new byte[1 << SymbolCoder.ScaleBits];
        for (int i = 0; i < count; i++) symbolOf.AsSpan(starts[i], frequencies[i]).Fill((byte)i);
        state = BinaryPrimitives.ReadUInt64LittleEndian(Take(ref stream, sizeof(ulong), name));
        if (state < SymbolCoder.LowestState || state >= SymbolCoder.LowestState << 32) throw Wrong("a state of 2^31 to 2^63", $"{state}");
        words = stream;
    }

    /// <summary>The next symbol.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public int Next()
    {
        if (symbolOf.Length == 0) throw Wrong("a symbol", "the end of its stream");
        int slot = (int)(state & Mask), symbol = symbolOf[slot];
        state = ((ulong)frequencies[symbol] * (state >> SymbolCoder.ScaleBits)) + (ulong)(slot - starts[symbol]);
        if (state >= SymbolCoder.LowestState) return symbol;
        if (words.Length < sizeof(uint)) throw Wrong("a symbol", "the end of its stream");
        state = (state << 32) | BinaryPrimitives.ReadUInt32LittleEndian(words);
        words = words[sizeof(uint)..];
        return symbol;
    }

    /// <summary>Checks that the last symbol has been taken.</summary>
    /// <exception cref="InputException">There are more, or the stream is damaged.</exception>
    public readonly void RequireEnd()
    {
        if (state != SymbolCoder.LowestState || words.ContainsAnyExcept((byte)0)) throw Wrong("the end of a stream", "more of it");
    }

    /// <summary>Takes bytes from the front.</summary>
    /// <exception cref="InputException">There are fewer.</exception>
    public static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> bytes, long count, string name)
    {
        if (count > bytes.Length) throw new InputException($"{name}: expected {count} more bytes, found {bytes.Length}.");
        ReadOnlySpan<byte> taken = bytes[..(int)count];
        bytes = bytes[(int)count..];
        return taken;
    }

    private readonly InputException Wrong(string expected, string found) => new($"{name}: expected {expected}, found {found}.");
}
