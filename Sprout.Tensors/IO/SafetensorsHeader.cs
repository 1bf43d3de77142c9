// Reads and checks the JSON header; nothing in it is believed before it agrees with the file's length.
using System.Text.Json;
using System.Text.Unicode;

namespace Sprout.Tensors.IO;

/// <summary>The checked content of one header: entries in the order of their data, and the metadata.</summary>
internal sealed class SafetensorsHeader
{
    /// <summary>Bytes before the header: its length as a little-endian 64-bit integer.</summary>
    public const int PrefixLength = 8;

    /// <summary>The largest header in bytes; the limit of the format's reference reader.</summary>
    public const long MaxLength = 100_000_000;

    /// <summary>The reserved key that holds string-to-string metadata.</summary>
    public const string MetadataKey = "__metadata__";

    // PyTorch allows no more dimensions either, and a hostile list stays short in messages.
    private const int MaxRank = 64;

    private readonly string path;
    private readonly long dataStart;
    private readonly long dataLength;

    private SafetensorsHeader(string path, long dataStart, long dataLength)
    {
        this.path = path;
        this.dataStart = dataStart;
        this.dataLength = dataLength;
    }

    public List<SafetensorsEntry> Entries { get; } = [];

    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <summary>Checks the declared header length against the file's.</summary>
    /// <exception cref="InputException">The header does not fit into the file or is over <see cref="MaxLength"/>.</exception>
    public static int CheckLength(ulong declared, string path, long fileLength)
    {
        if (declared > (ulong)MaxLength)
            throw new InputException(
                $"{path}: the header may have at most {MaxLength} bytes, but {declared} are declared; this is not a safetensors file or it is damaged.");
        if (declared > (ulong)(fileLength - PrefixLength))
            throw new InputException(
                $"{path}: the header should have {declared} bytes, but the file ends after {fileLength - PrefixLength} of them; it is truncated.");
        return (int)declared;
    }

    /// <summary>Parses the header's bytes; <paramref name="dataLength"/> bytes follow them in the file.</summary>
    /// <exception cref="InputException">Anything in the header is malformed or disagrees with <paramref name="dataLength"/>.</exception>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> json, string path, long dataLength)
    {
        var header = new SafetensorsHeader(path, PrefixLength + json.Length, dataLength);
        if (json.IsEmpty || json[0] != (byte)'{')
            throw new InputException(
                $"{path}: the header should be a JSON object that starts with '{{', "
                + $"but {(json.IsEmpty ? "it is empty" : $"its first byte is 0x{json[0]:x2}")}.");
        if (!Utf8.IsValid(json))
            throw new InputException($"{path}: the header should be UTF-8 text, but holds invalid bytes.");
        try
        {
            header.ReadObject(json);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The reader throws InvalidOperationException for an escaped lone surrogate.
            throw new InputException($"{path}: the header should be valid JSON: {e.Message}", e);
        }

        header.CheckCoverage();
        return header;
    }

    private void ReadObject(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        reader.Read();
        while (NextKey(ref reader) is { } name)
        {
            if (!seen.Add(name)) throw new InputException($"{path}: the header should name every tensor once, but '{name}' appears twice.");
            if (name == MetadataKey) ReadMetadata(ref reader);
            else Entries.Add(ReadEntry(ref reader, name));
        }

        // Reads the padding, and fails on anything else behind the object.
        reader.Read();
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject, MetadataKey, "an object of strings");
        while (NextKey(ref reader) is { } key)
        {
            Expect(ref reader, JsonTokenType.String, MetadataKey, $"a string for '{key}'");
            if (!Metadata.TryAdd(key, reader.GetString()!))
                throw new InputException($"{path}: {MetadataKey} should hold every key once, but '{key}' appears twice.");
        }
    }

    private SafetensorsEntry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        Expect(ref reader, JsonTokenType.StartObject, name, "an object");
        SafetensorsType? type = null;
        long[]? shape = null, offsets = null;
        while (NextKey(ref reader) is { } key)
        {
            switch (key)
            {
                case "dtype" when type is null:
                    Expect(ref reader, JsonTokenType.String, name, "a string as dtype");
                    type = ParseType(reader.GetString()!, name);
                    break;
                case "shape" when shape is null:
                    shape = ReadIntegers(ref reader, name, "shape");
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadIntegers(ref reader, name, "data_offsets");
                    break;
                default:
                    throw Wrong(name, "dtype, shape and data_offsets once each", $"a key '{key}' too many");
            }
        }

        if (type is null || shape is null || offsets is null)
            throw Wrong(name, "dtype, shape and data_offsets", $"no {(type is null ? "dtype" : shape is null ? "shape" : "data_offsets")}");
        if (offsets.Length != 2) throw Wrong(name, "two data_offsets", $"{offsets.Length}");
        if (offsets[0] > offsets[1] || offsets[1] > dataLength)
            throw Wrong(name, $"data_offsets in order and within the {dataLength} bytes of data", $"[{offsets[0]}, {offsets[1]}]");
        long bytes = ByteLength(type.Value, shape, name);
        if (bytes != offsets[1] - offsets[0])
            throw Wrong(name, $"{bytes} bytes for {type} [{string.Join(", ", shape)}]", $"{offsets[1] - offsets[0]} in data_offsets");
        return new SafetensorsEntry(name, type.Value, shape, dataStart + offsets[0], bytes, path);
    }

    private SafetensorsType ParseType(string text, string name)
    {
        // Enum.TryParse alone would also take numbers, blanks and lists.
        if (Enum.TryParse(text, out SafetensorsType type) && Enum.IsDefined(type) && type.ToString() == text) return type;
        throw Wrong(name, $"one of the dtypes {string.Join(' ', Enum.GetNames<SafetensorsType>())}", $"'{text}'");
    }

    private long[] ReadIntegers(ref Utf8JsonReader reader, string name, string key)
    {
        Expect(ref reader, JsonTokenType.StartArray, name, $"a list of integers as {key}");
        var values = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long value) || value < 0)
                throw Wrong(name, $"integers of at least 0 in {key}", $"{Text(ref reader)}");
            if (values.Count == MaxRank) throw Wrong(name, $"at most {MaxRank} integers in {key}", "more");
            values.Add(value);
        }

        return [.. values];
    }

    private long ByteLength(SafetensorsType type, long[] shape, string name)
    {
        try
        {
            long bytes = SafetensorsEntry.ElementSize(type);
            foreach (long dimension in shape) bytes = checked(bytes * dimension);
            return bytes;
        }
        catch (OverflowException)
        {
            throw Wrong(name, $"a shape that fits into the {dataLength} bytes of data", $"[{string.Join(", ", shape)}]");
        }
    }

    // The format allows neither holes nor overlaps: both hide data from one reader or another.
    private void CheckCoverage()
    {
        Entries.Sort((a, b) => (a.Offset, a.ByteLength).CompareTo((b.Offset, b.ByteLength)));
        long end = dataStart;
        foreach (SafetensorsEntry entry in Entries)
        {
            if (entry.Offset != end)
                throw Wrong(entry.Name, $"data that starts at offset {end - dataStart} where the tensor before it ends", $"{entry.Offset - dataStart}");
            end += entry.ByteLength;
        }

        if (end != dataStart + dataLength)
            throw new InputException($"{path}: the tensors should cover the {dataLength} bytes of data, but cover {end - dataStart}.");
    }

    private static string? NextKey(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.PropertyName ? reader.GetString() : null;

    private void Expect(ref Utf8JsonReader reader, JsonTokenType token, string name, string expected)
    {
        reader.Read();
        if (reader.TokenType != token) throw Wrong(name, expected, $"{Text(ref reader)}");
    }

    private static string Text(ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.Number ? System.Text.Encoding.UTF8.GetString(reader.ValueSpan) : $"a JSON {reader.TokenType}";

    private InputException Wrong(string name, string expected, string found) =>
        new($"{path}: tensor '{name}': expected {expected}, found {found}.");
}
