// Writes safetensors files, whole or not at all, streaming the data.
using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;

namespace Sprout.Tensors.IO;

/// <summary>
/// Writes what <see cref="SafetensorsFile"/>, PyTorch and transformers read. Wider elements come first so that every tensor is aligned,
/// then names in ordinal order; the header is padded with spaces to 8 bytes. The same tensors give the same bytes.
/// </summary>
public static class SafetensorsWriter
{
    private const int Alignment = 8;

    /// <summary>Writes <paramref name="tensors"/> to <paramref name="path"/> through a temporary file; no second copy of the data is made.</summary>
    /// <param name="path">The target; an old file is replaced only when everything is written.</param>
    /// <param name="tensors">Tensors with distinct names, in any order.</param>
    /// <param name="metadata">String metadata; <c>format: pt</c>, which transformers asks for, is added when it lacks a format.</param>
    /// <param name="hash">Receives the file's bytes; null: nobody.</param>
    /// <exception cref="InputException">The file cannot be written.</exception>
    /// <exception cref="ArgumentException">Two tensors have one name, a name is reserved, or the header grows over its limit.</exception>
    public static void Write(
        string path, IEnumerable<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null, IncrementalHash? hash = null)
    {
        SafetensorsTensor[] sorted = [.. tensors
            .OrderByDescending(tensor => SafetensorsEntry.ElementSize(tensor.Type))
            .ThenBy(tensor => tensor.Name, StringComparer.Ordinal)];
        byte[] header = Header(sorted, metadata);
        AtomicFile.Write(path, stream =>
        {
            using HashingStream? hashing = hash is null ? null : new HashingStream(stream, hash);
            Stream target = hashing ?? stream;
            target.Write(header);
            foreach (SafetensorsTensor tensor in sorted) tensor.WriteData(target);
        });
    }

    private static byte[] Header(SafetensorsTensor[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { SafetensorsHeader.MetadataKey };
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteMetadata(json, metadata);
            long offset = 0;
            foreach (SafetensorsTensor tensor in tensors)
            {
                if (!names.Add(tensor.Name)) throw new ArgumentException($"The tensor name '{tensor.Name}' is reserved or given twice.", nameof(tensors));
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.Type.ToString());
                WriteIntegers(json, "shape", tensor.Shape);
                WriteIntegers(json, "data_offsets", [offset, checked(offset += tensor.ByteLength)]);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        int padded = (buffer.WrittenCount + Alignment - 1) / Alignment * Alignment;
        if (padded > SafetensorsHeader.MaxLength)
            throw new ArgumentException($"The header may have at most {SafetensorsHeader.MaxLength} bytes, these tensors need {padded}.", nameof(tensors));
        var header = new byte[SafetensorsHeader.PrefixLength + padded];
        BinaryPrimitives.WriteInt64LittleEndian(header, padded);
        Span<byte> text = header.AsSpan(SafetensorsHeader.PrefixLength);
        text.Fill((byte)' ');
        buffer.WrittenSpan.CopyTo(text);
        return header;
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string>? metadata)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["format"] = "pt" };
        foreach ((string key, string value) in metadata ?? new Dictionary<string, string>()) all[key] = value;
        json.WriteStartObject(SafetensorsHeader.MetadataKey);
        foreach ((string key, string value) in all) json.WriteString(key, value);
        json.WriteEndObject();
    }

    private static void WriteIntegers(Utf8JsonWriter json, string key, IReadOnlyList<long> values)
    {
        json.WriteStartArray(key);
        foreach (long value in values) json.WriteNumberValue(value);
        json.WriteEndArray();
    }
}
