// Tensors as the bytes of a sparse model file.
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Sprout.Tensors.IO.Coding;

/// <summary>
/// Writes rows of numbers: scales of integers (bfloat16, one a row), then the numbers. Integers are a stream of q + 127, or q + 7 of four bits. Of a
/// sparse matrix a stream comes first of the zeros before each entry, counted through all rows; 255 stands for as many and no entry yet.
/// </summary>
internal static class TensorCoder
{
    /// <summary>The symbol for as many zeros that no entry follows yet.</summary>
    public const int Skip = 255;

    /// <summary>The bytes of a dense tensor.</summary>
    /// <exception cref="InputException">A value is too large for half precision.</exception>
    public static byte[] EncodeDense(ReadOnlySpan<float> values, int columns, NumberFormat format, string name)
    {
        using var bytes = new MemoryStream();
        if (format is NumberFormat.Fp32 or NumberFormat.Fp16)
        {
            WriteFloats(values, format, bytes, name);
            return bytes.ToArray();
        }

        int rows = columns == 0 ? 0 : values.Length / columns, largest = Quantizer.Largest(format);
        var scales = new float[rows];
        var symbols = new byte[values.Length];
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<float> source = values.Slice(row * columns, columns);
            float scale = scales[row] = Quantizer.ScaleOf(source, format);
            for (int i = 0; i < columns; i++) symbols[(row * columns) + i] = (byte)(Quantizer.Quantize(source[i], scale, largest) + largest);
        }

        WriteScales(scales, bytes);
        SymbolCoder.Encode(symbols, bytes);
        return bytes.ToArray();
    }

    /// <summary>The bytes of a sparse matrix and the number of its entries. A value that becomes 0 is no entry.</summary>
    /// <exception cref="InputException">A value is too large for half precision.</exception>
    public static (byte[] Bytes, int Entries) EncodeSparse(ReadOnlySpan<float> values, int columns, NumberFormat format, string name)
    {
        int rows = columns == 0 ? 0 : values.Length / columns, kept = values.Length - values.Count(0f), largest = Quantizer.Largest(format);
        bool isInteger = format is NumberFormat.Int8 or NumberFormat.Int4;
        var scales = new float[isInteger ? rows : 0];
        var gaps = new List<byte>(kept);
        var entries = new List<float>(isInteger ? 0 : kept);
        var symbols = new List<byte>(isInteger ? kept : 0);
        int next = 0;
        for (int row = 0; row < rows; row++)
        {
            float scale = isInteger ? scales[row] = Quantizer.ScaleOf(values.Slice(row * columns, columns), format) : 0;
            for (int at = row * columns; at < (row + 1) * columns; at++)
            {
                int q = isInteger ? Quantizer.Quantize(values[at], scale, largest) : 0;
                if (isInteger ? q == 0 : values[at] == 0 || (format == NumberFormat.Fp16 && (Half)values[at] == Half.Zero)) continue;
                for (; at - next >= Skip; next += Skip) gaps.Add(Skip);
                gaps.Add((byte)(at - next));
                next = at + 1;
                if (isInteger) symbols.Add((byte)(q + largest));
                else entries.Add(values[at]);
            }
        }

        using var bytes = new MemoryStream();
        SymbolCoder.Encode(CollectionsMarshal.AsSpan(gaps), bytes);
        WriteScales(scales, bytes);
        if (isInteger) SymbolCoder.Encode(CollectionsMarshal.AsSpan(symbols), bytes);
        else WriteFloats(CollectionsMarshal.AsSpan(entries), format, bytes, name);
        return (bytes.ToArray(), isInteger ? symbols.Count : entries.Count);
    }

    /// <summary>Reads a dense tensor.</summary>
    /// <param name="bytes">All of its bytes.</param>
    /// <param name="columns">Numbers of a row.</param>
    /// <param name="format">The form of its numbers.</param>
    /// <param name="values">Receives them.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="InputException">The bytes are not what a tensor of this size has.</exception>
    public static void DecodeDense(ReadOnlySpan<byte> bytes, int columns, NumberFormat format, Span<float> values, string name)
    {
        if (format is NumberFormat.Fp32 or NumberFormat.Fp16)
        {
            ReadFloats(ref bytes, format, values, name);
        }
        else
        {
            int largest = Quantizer.Largest(format);
            ReadOnlySpan<byte> scales = SymbolReader.Take(ref bytes, (long)sizeof(ushort) * (columns == 0 ? 0 : values.Length / columns), name);
            var symbols = new SymbolReader(ref bytes, values.Length, name);
            for (int row = 0; (row + 1) * sizeof(ushort) <= scales.Length; row++)
            {
                float scale = ScaleAt(scales, row, name);
                foreach (ref float value in values.Slice(row * columns, columns)) value = scale * Integer(symbols.Next(), largest, name);
            }

            symbols.RequireEnd();
        }

        RequireEnd(bytes, name);
    }

    /// <summary>Reads a sparse matrix.</summary>
    /// <param name="bytes">All of its bytes.</param>
    /// <param name="shape">[N, K].</param>
    /// <param name="format">The form of its entries.</param>
    /// <param name="entries">How many there are; memory for them is taken when the bytes are enough for as many.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="InputException">The bytes are not what a matrix of this size has.</exception>
    public static SparseMatrix DecodeSparse(ReadOnlySpan<byte> bytes, Shape shape, NumberFormat format, int entries, string name)
    {
        (int[] rowStarts, int[] places) = ReadPlaces(ref bytes, shape, entries, name);
        float[] values = new float[entries];
        if (format is NumberFormat.Fp32 or NumberFormat.Fp16) ReadFloats(ref bytes, format, values, name);
        else ReadIntegers(ref bytes, rowStarts, format, values, name);
        RequireEnd(bytes, name);
        return new SparseMatrix(shape, rowStarts, places, values);
    }

    /// <summary>Reads a matrix of <see cref="NumberFormat.Int8"/> as the integers that it is.</summary>
    /// <param name="bytes">All of its bytes.</param>
    /// <param name="shape">[N, K].</param>
    /// <param name="entries">How many entries it has if it lies sparse; null: it lies dense.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="InputException">The bytes are not what a matrix of this size has.</exception>
    public static QuantizedMatrix DecodeQuantized(ReadOnlySpan<byte> bytes, Shape shape, int? entries, string name)
    {
        (int rows, int columns, int largest) = (shape[0], shape[1], Quantizer.Largest(NumberFormat.Int8));
        (int[] RowStarts, int[] Places)? sparse = entries is int count ? ReadPlaces(ref bytes, shape, count, name) : null;
        ReadOnlySpan<byte> stored = SymbolReader.Take(ref bytes, (long)sizeof(ushort) * (columns == 0 && sparse is null ? 0 : rows), name);
        var symbols = new SymbolReader(ref bytes, entries ?? (int)shape.Count, name);
        var (values, scales) = (new sbyte[shape.Count], new float[rows]);
        for (int row = 0; (row + 1) * sizeof(ushort) <= stored.Length; row++)
        {
            scales[row] = ScaleAt(stored, row, name);
            int first = row * columns, from = sparse?.RowStarts[row] ?? first, end = sparse?.RowStarts[row + 1] ?? first + columns;
            for (int i = from; i < end; i++) values[sparse is null ? i : first + sparse.Value.Places[i]] = (sbyte)Integer(symbols.Next(), largest, name);
        }

        symbols.RequireEnd();
        RequireEnd(bytes, name);
        return new QuantizedMatrix(shape, values, scales);
    }

    private static (int[] RowStarts, int[] Places) ReadPlaces(ref ReadOnlySpan<byte> bytes, Shape shape, int entries, string name)
    {
        var gaps = new SymbolReader(ref bytes, entries, name);
        (int rows, int columns) = (shape[0], shape[1]);
        int[] rowStarts = new int[rows + 1], places = new int[entries];
        long at = -1;
        int row = 0;
        for (int i = 0; i < entries; i++)
        {
            int gap;
            while ((gap = gaps.Next()) == Skip)
                if ((at += Skip) >= shape.Count) throw Outside(shape, name);
            at += gap + 1;
            if (at >= shape.Count) throw Outside(shape, name);
            for (; at >= (long)(row + 1) * columns; row++) rowStarts[row + 1] = i;
            places[i] = (int)(at - ((long)row * columns));
        }

        gaps.RequireEnd();
        rowStarts.AsSpan(row + 1).Fill(entries);
        return (rowStarts, places);
    }

    private static void ReadIntegers(ref ReadOnlySpan<byte> bytes, int[] rowStarts, NumberFormat format, float[] values, string name)
    {
        int largest = Quantizer.Largest(format);
        ReadOnlySpan<byte> scales = SymbolReader.Take(ref bytes, (long)sizeof(ushort) * (rowStarts.Length - 1), name);
        var symbols = new SymbolReader(ref bytes, values.Length, name);
        for (int row = 0; row < rowStarts.Length - 1; row++)
        {
            float scale = ScaleAt(scales, row, name);
            for (int i = rowStarts[row]; i < rowStarts[row + 1]; i++) values[i] = scale * Integer(symbols.Next(), largest, name);
        }

        symbols.RequireEnd();
    }

    private static void WriteScales(float[] scales, MemoryStream destination)
    {
        foreach (float scale in scales)
        {
            uint bits = BitConverter.SingleToUInt32Bits(scale);
            destination.WriteByte((byte)(bits >> 16));
            destination.WriteByte((byte)(bits >> 24));
        }
    }

    private static void WriteFloats(ReadOnlySpan<float> values, NumberFormat format, MemoryStream destination, string name)
    {
        if (format == NumberFormat.Fp32)
        {
            destination.Write(MemoryMarshal.AsBytes(values));
            return;
        }

        Half[] halves = new Half[values.Length];
        HalfPrecision.Convert(values, halves, name);
        destination.Write(MemoryMarshal.AsBytes<Half>(halves));
    }

    private static void ReadFloats(ref ReadOnlySpan<byte> bytes, NumberFormat format, Span<float> values, string name)
    {
        int size = format == NumberFormat.Fp32 ? sizeof(float) : sizeof(ushort);
        ReadOnlySpan<byte> taken = SymbolReader.Take(ref bytes, (long)size * values.Length, name);
        if (format == NumberFormat.Fp32) taken.CopyTo(MemoryMarshal.AsBytes(values));
        else for (int i = 0; i < values.Length; i++) values[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(taken[(size * i)..]);
    }

    private static int Integer(int symbol, int largest, string name) => symbol <= 2 * largest
        ? symbol - largest
        : throw new InputException($"{name}: expected integers of -{largest} to {largest}, found {symbol - largest}.");

    private static float ScaleAt(ReadOnlySpan<byte> scales, int row, string name)
    {
        float scale = BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(scales[(sizeof(ushort) * row)..]) << 16);
        if (float.IsFinite(scale) && scale >= 0) return scale;
        throw new InputException($"{name}: expected scales that are finite and not negative, found {scale} in row {row}.");
    }

    private static InputException Outside(Shape shape, string name) => new($"{name}: expected entries within {shape}, found one behind its end.");

    private static void RequireEnd(ReadOnlySpan<byte> bytes, string name)
    {
        if (!bytes.IsEmpty) throw new InputException($"{name}: expected the end of the tensor, found {bytes.Length} more bytes.");
    }
}
