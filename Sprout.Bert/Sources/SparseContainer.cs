// A sparse model file as it lies: preamble, sections, header. docs/sparse-format.md describes it.
using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using Sprout.Bert.Files;
using Sprout.Tensors;
using Sprout.Tensors.IO;
using Sprout.Tensors.IO.Coding;

namespace Sprout.Bert.Sources;

/// <summary>
/// Opens a file and checks everything that it says of sizes, before anything is allocated by them: sections follow each other without gap or overlap up to the
/// header at the end, and none says that it holds more than its bytes can.
/// </summary>
internal sealed class SparseContainer : IDisposable
{
    /// <summary>The version that this program writes, and the only one that it reads.</summary>
    public const int Version = 1;

    /// <summary>Bytes before the first section; the second half is the checksum of the first and of the header.</summary>
    public const int PreambleLength = 64;

    /// <summary>Sections and header begin at multiples of this.</summary>
    public const int Alignment = 64;

    /// <summary>Bytes of a small file for each one of its section, at most.</summary>
    public const int MostExpansion = 64;

    private const int MostOfHeader = 1 << 24, MostOfText = 1 << 26, MostRank = 4;

    // Zeros of sparse matrices take no bytes.
    private const long MostElementsPerByte = 1024, MostRowsPerByte = 16;

    private readonly FileBytes file;

    /// <summary>Opens a file.</summary>
    /// <exception cref="InputException">It cannot be read, is none, of another version, or damaged.</exception>
    public SparseContainer(string path)
    {
        file = new FileBytes(path);
        try
        {
            (Texts, Tensors) = Read();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What every such file begins with.</summary>
    public static ReadOnlySpan<byte> Magic => "SPROUT\0\n"u8;

    /// <summary>The small files, in their order.</summary>
    public IReadOnlyList<SparseText> Texts { get; }

    /// <summary>The tensors, in their order.</summary>
    public IReadOnlyList<SparseTensor> Tensors { get; }

    /// <summary>Bytes of the file.</summary>
    public long Length => file.Length;

    /// <summary>Where the next section begins after so many bytes.</summary>
    public static long Aligned(long offset) => (offset + Alignment - 1) / Alignment * Alignment;

    /// <summary>Whether a file says of itself that it is one.</summary>
    public static bool Is(string path)
    {
        using var opened = new FileBytes(path);
        return opened.Length >= Magic.Length && opened.Read(0, Magic.Length).AsSpan().SequenceEqual(Magic);
    }

    /// <summary>The bytes of a section.</summary>
    /// <exception cref="InputException">They are damaged.</exception>
    public byte[] Bytes(SparseSection section)
    {
        byte[] bytes = file.Read(section.Offset, (int)section.Length);
        if (Convert.ToHexStringLower(SHA256.HashData(bytes)) == section.Sha256) return bytes;
        throw new InputException($"{file.Path}: {Quote(section)}: expected bytes of the checksum in the header, found others; the file is damaged.");
    }

    /// <summary>A small file; null when it is not there.</summary>
    /// <exception cref="InputException">It is damaged.</exception>
    public byte[]? Text(string name)
    {
        if (Texts.FirstOrDefault(text => text.Name == name) is not SparseText section) return null;
        var bytes = new byte[section.Size];
        try
        {
            using var stream = new ZLibStream(new MemoryStream(Bytes(section)), CompressionMode.Decompress);
            stream.ReadExactly(bytes);
            if (stream.ReadByte() < 0) return bytes;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new InputException($"{file.Path}: {Quote(section)}: expected {section.Size} compressed bytes, found others: {e.Message}", e);
        }

        throw new InputException($"{file.Path}: {Quote(section)}: expected {section.Size} compressed bytes, found more.");
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    private static string Quote(SparseSection section) => InputFile.Quote(section.Name);

    private (List<SparseText> Texts, List<SparseTensor> Tensors) Read()
    {
        byte[] preamble = file.Read(0, (int)Math.Min(PreambleLength, file.Length));
        if (!preamble.AsSpan().StartsWith(Magic)) throw file.Wrong("a model folder or a sparse model file", "a file of another kind");
        if (preamble.Length < PreambleLength) throw file.Wrong($"{PreambleLength} bytes or more", $"{preamble.Length}; the file is truncated");
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(preamble.AsSpan(8));
        if (version > Version)
            throw file.Wrong($"version {Version} of the sparse model format", $"version {version}, which a later version of Sprout has written");
        ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(preamble.AsSpan(16)), length = BinaryPrimitives.ReadUInt64LittleEndian(preamble.AsSpan(24));
        if (offset > (ulong)file.Length || length != (ulong)file.Length - offset)
            throw file.Wrong("a file that ends with its header", $"{file.Length} bytes and a header of {length} at {offset}; the file is truncated or damaged");
        if (length > MostOfHeader) throw file.Wrong($"a header of at most {MostOfHeader} bytes", $"{length}");
        byte[] header = file.Read((long)offset, (int)length);
        if (!Checksum(preamble, header).AsSpan().SequenceEqual(preamble.AsSpan(PreambleLength / 2)))
            throw file.Wrong("a header of the checksum in the preamble", "another; the file is damaged");
        if (version == 0 || offset % Alignment != 0) throw file.Wrong("a version of 1 or more, and an aligned header", $"version {version} and {offset}");
        return Sections(JsonFields.Parse(InputFile.Inner(header, file.Path), file.Path), (long)offset);
    }

    /// <summary>The checksum that the second half of the preamble holds: of its first half and of the header.</summary>
    public static byte[] Checksum(ReadOnlySpan<byte> preamble, ReadOnlySpan<byte> header)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(preamble[..(PreambleLength / 2)]);
        hash.AppendData(header);
        return hash.GetHashAndReset();
    }

    private (List<SparseText> Texts, List<SparseTensor> Tensors) Sections(JsonFields header, long end)
    {
        var texts = new List<SparseText>();
        var tensors = new List<SparseTensor>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        long at = PreambleLength, elements = 0, rows = 0;
        foreach (JsonFields item in header.Items("files"))
        {
            SparseText text = TextOf(item, ref at, end);
            if (!names.Add("files/" + text.Name)) throw item.Wrong("every file once", $"{Quote(text)} twice");
            texts.Add(text);
        }

        foreach (JsonFields item in header.Items("tensors"))
        {
            SparseTensor tensor = TensorOf(item, ref at, end);
            if (!names.Add(tensor.Name)) throw item.Wrong("every tensor once", $"{Quote(tensor)} twice");
            elements += tensor.Tensor.Count;
            rows += tensor.Tensor.Extents.SkipLast(1).Aggregate(1L, (product, extent) => extent == 0 ? product : checked(product * extent));
            if (elements > MostElementsPerByte * file.Length || rows > MostRowsPerByte * file.Length)
                throw item.Wrong("tensors of a size that a file of this length can mean", $"{elements} elements in {rows} rows");
            tensors.Add(tensor);
        }

        if (Aligned(at) != end) throw file.Wrong($"the header behind the last section, at {Aligned(at)}", $"it at {end}");
        RequireZeros(at, end);
        return (texts, tensors);
    }

    private SparseText TextOf(JsonFields item, ref long at, long end)
    {
        (long offset, long length) = Place(item, ref at, end);
        int size = item.Count("size");
        if (size > MostOfText || size > MostExpansion * length) throw item.Optional("size").Wrong($"at most {Math.Min(MostOfText, MostExpansion * length)}");
        return new SparseText(item.Text("name"), offset, length, item.Text("sha256"), size);
    }

    private SparseTensor TensorOf(JsonFields item, ref long at, long end)
    {
        (long offset, long length) = Place(item, ref at, end);
        long[] extents = [.. item.Items("shape").Take(MostRank + 1).Select(extent => (long)extent.AsCount())];
        JsonFields sparse = item.Optional("entries");
        int? entries = sparse.IsNull ? null : sparse.AsCount();
        if (extents.Length > MostRank || (entries is not null && extents.Length != 2))
            throw item.Optional("shape").Wrong(entries is null ? $"at most {MostRank} extents" : "2 extents");
        Int128 count = extents.Aggregate((Int128)1, (product, extent) => product * extent);
        if (count > Array.MaxLength) throw item.Optional("shape").Wrong($"at most {Array.MaxLength} elements");
        NumberFormat format = item.Text("numbers") switch
        {
            "fp32" => NumberFormat.Fp32,
            "fp16" => NumberFormat.Fp16,
            "int8" => NumberFormat.Int8,
            "int4" => NumberFormat.Int4,
            _ => throw item.Optional("numbers").Wrong("one of fp32, fp16, int8, int4"),
        };
        NumberFormat activations = ActivationsOf(item, extents, format);
        var tensor = new SparseTensor(new StoredTensor(item.Text("name"), extents), offset, length, item.Text("sha256"), format, entries, activations);
        // A bit for every stored number at least; of floats, all bits.
        long numbers = entries ?? (long)count, least = format switch
        {
            NumberFormat.Fp32 => sizeof(float) * numbers,
            NumberFormat.Fp16 => sizeof(ushort) * numbers,
            _ => SymbolCoder.LeastBytes(numbers),
        };
        if (numbers > (long)count || least > length) throw item.Wrong($"at least {least} bytes for {numbers} of {count} elements", $"{length}");
        return tensor;
    }

    private static NumberFormat ActivationsOf(JsonFields item, long[] extents, NumberFormat format)
    {
        JsonFields activations = item.Optional("activations");
        if (activations.IsNull) return NumberFormat.Fp32;
        if (item.Text("activations") != "int8") throw activations.Wrong("int8, or nothing");
        if (extents.Length == 2 && extents[1] <= QuantizedMatrix.MostColumns && format == NumberFormat.Int8) return NumberFormat.Int8;
        throw activations.Wrong($"a matrix of int8 numbers with at most {QuantizedMatrix.MostColumns} columns");
    }

    private (long Offset, long Length) Place(JsonFields item, ref long at, long end)
    {
        item.AsObject();
        long offset = item.Optional("offset").AsLong(), length = item.Optional("length").AsLong();
        if (offset != Aligned(at)) throw item.Optional("offset").Wrong($"{Aligned(at)}, where the section before ends");
        if (offset > end || length > end - offset || length > Array.MaxLength) throw item.Optional("length").Wrong($"at most {Math.Max(0, end - offset)}");
        RequireZeros(at, offset);
        at = offset + length;
        return (offset, length);
    }

    private void RequireZeros(long from, long to)
    {
        if (file.Read(from, (int)(to - from)).AsSpan().ContainsAnyExcept((byte)0))
            throw file.Wrong("zeros between sections", $"others before {to}; the file is damaged");
    }
}
