// The zip archive that torch.save has written since PyTorch 1.6: its records, uncompressed.
using System.Buffers.Binary;
using System.Text;

namespace Sprout.Tensors.IO;

/// <summary>
/// Where each record of an archive lies (PKWARE's APPNOTE, 4.3, and zip64). Only stored records exist; every place is checked against the file.
/// </summary>
internal sealed class TorchArchive
{
    private const int EndLength = 22, LocatorLength = 20, End64Length = 56, CentralLength = 46, LocalLength = 30;
    private const long MaxDirectory = 1 << 26;

    private readonly FileBytes file;
    private readonly Dictionary<string, (long Header, long Size)> records = new(StringComparer.Ordinal);
    private readonly string root;
    private long dataEnd;

    /// <summary>Reads the directory.</summary>
    /// <exception cref="InputException">The archive is damaged, or is none of PyTorch.</exception>
    public TorchArchive(FileBytes file)
    {
        this.file = file;
        ReadDirectory();
        string[] pickles = [.. records.Keys.Where(name => name.EndsWith("/data.pkl", StringComparison.Ordinal) && name.Count(c => c == '/') == 1)];
        if (pickles.Length != 1) throw file.Wrong("one record data.pkl", $"{pickles.Length}; this is no archive of torch.save");
        root = pickles[0][..^"data.pkl".Length];
    }

    /// <summary>Where a record's bytes lie; null when there is no such record.</summary>
    /// <exception cref="InputException">The record's header is damaged.</exception>
    public (long Offset, long Size)? Find(string name)
    {
        if (!records.TryGetValue(root + name, out (long Header, long Size) record)) return null;
        byte[] local = file.Read(record.Header, LocalLength);
        if (U32(local, 0) != 0x04034b50) throw file.Wrong($"the header of the record {TorchPickle.Shown(name)}", "other bytes");
        long offset = record.Header + LocalLength + U16(local, 26) + U16(local, 28);
        if (record.Size > dataEnd - offset)
            throw file.Wrong($"{record.Size} bytes of the record {TorchPickle.Shown(name)} within the file", $"{Math.Max(0, dataEnd - offset)}");
        return (offset, record.Size);
    }

    private void ReadDirectory()
    {
        (long entries, long size, long offset) = ReadEnd();
        if (offset < 0 || size < 0 || size > MaxDirectory || offset > dataEnd || size > dataEnd - offset || entries < 0 || entries > size / CentralLength)
            throw file.Wrong($"a directory within the {dataEnd} bytes before its end", $"{entries} records in {size} bytes at {offset}");
        dataEnd = offset;
        ReadOnlySpan<byte> directory = file.Read(offset, (int)size);
        for (long i = 0; i < entries; i++)
        {
            if (directory.Length < CentralLength || U32(directory, 0) != 0x02014b50) throw file.Wrong($"{entries} records in the directory", $"{i}");
            int name = U16(directory, 28), extra = U16(directory, 30), length = CentralLength + name + extra + U16(directory, 32);
            if (length > directory.Length) throw file.Wrong($"{entries} records in the directory", $"{i} and a part");
            AddRecord(directory, Encoding.UTF8.GetString(directory.Slice(CentralLength, name)), directory.Slice(CentralLength + name, extra));
            directory = directory[length..];
        }
    }

    private void AddRecord(ReadOnlySpan<byte> entry, string name, ReadOnlySpan<byte> extra)
    {
        long stored = U32(entry, 20), size = U32(entry, 24), header = U32(entry, 42);
        ReadOnlySpan<byte> wide = Zip64(extra);
        Widen(ref size, ref wide);
        Widen(ref stored, ref wide);
        Widen(ref header, ref wide);
        string shown = TorchPickle.Shown(name);
        if ((U16(entry, 8) & 1) != 0 || U16(entry, 10) != 0 || stored != size)
            throw file.Wrong($"the record {shown} uncompressed and unencrypted", $"method {U16(entry, 10)}");
        if (header < 0 || size < 0 || header > dataEnd - LocalLength || size > dataEnd - LocalLength - header)
            throw file.Wrong($"the record {shown} within the {dataEnd} bytes before the directory", $"{size} bytes at {header}");
        if (!records.TryAdd(name, (header, size))) throw file.Wrong("every record once", $"{shown} twice");
    }

    // The end of the directory, with zip64's where there is one.
    private (long Entries, long Size, long Offset) ReadEnd()
    {
        int length = (int)Math.Min(file.Length, EndLength + ushort.MaxValue);
        byte[] tail = file.Read(file.Length - length, length);
        int at = length - EndLength;
        while (at >= 0 && !(U32(tail, at) == 0x06054b50 && U16(tail, at + 20) == length - EndLength - at)) at--;
        if (at < 0) throw file.Wrong("the end of a zip archive", "none; the file is truncated");
        dataEnd = file.Length - length + at;
        (long Entries, long Size, long Offset) small = (U16(tail, at + 10), U32(tail, at + 12), U32(tail, at + 16));
        if (dataEnd < LocatorLength + End64Length) return small;
        byte[] locator = file.Read(dataEnd - LocatorLength, LocatorLength);
        if (U32(locator, 0) != 0x07064b50) return small;
        long place = I64(locator, 8);
        if (place < 0 || place > dataEnd - LocatorLength - End64Length) throw file.Wrong("the end of the zip64 directory within the file", $"it at {place}");
        byte[] end = file.Read(place, End64Length);
        if (U32(end, 0) != 0x06064b50) throw file.Wrong($"the end of the zip64 directory at {place}", "other bytes");
        dataEnd = place;
        return (I64(end, 32), I64(end, 40), I64(end, 48));
    }

    private static ReadOnlySpan<byte> Zip64(ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            int length = Math.Min(U16(extra, 2), extra.Length - 4);
            if (U16(extra, 0) == 1) return extra.Slice(4, length);
            extra = extra[(4 + length)..];
        }

        return [];
    }

    private static void Widen(ref long value, ref ReadOnlySpan<byte> wide)
    {
        if (value != uint.MaxValue || wide.Length < 8) return;
        value = I64(wide, 0);
        wide = wide[8..];
    }

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static long I64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);
}
