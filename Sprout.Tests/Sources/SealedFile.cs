// Sparse model files with other headers, and checksums that fit.
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Sprout.Tests.Sources;

/// <summary>Changes what a file says of itself, as somebody would who means harm.</summary>
internal static class SealedFile
{
    /// <summary>The header of a file.</summary>
    public static JsonObject Header(byte[] file) => JsonNode.Parse(file.AsSpan(Offset(file)))!.AsObject();

    /// <summary>The file with another header.</summary>
    public static byte[] With(byte[] file, byte[] header, uint version = 1)
    {
        byte[] changed = [.. file.AsSpan(0, Offset(file)), .. header];
        BinaryPrimitives.WriteUInt32LittleEndian(changed.AsSpan(8), version);
        BinaryPrimitives.WriteInt64LittleEndian(changed.AsSpan(24), header.Length);
        SHA256.HashData([.. changed.AsSpan(0, 32), .. header]).CopyTo(changed, 32);
        return changed;
    }

    /// <summary>The file with a changed header.</summary>
    public static byte[] With(byte[] file, Action<JsonObject> change)
    {
        JsonObject header = Header(file);
        change(header);
        return With(file, System.Text.Encoding.UTF8.GetBytes(header.ToJsonString()));
    }

    /// <summary>The file with a changed byte of a section, and the section's new checksum.</summary>
    public static byte[] WithByte(byte[] file, JsonObject section, long at, byte value)
    {
        byte[] changed = [.. file];
        (long offset, long length) = (section["offset"]!.GetValue<long>(), section["length"]!.GetValue<long>());
        changed[offset + at] = value;
        string hash = Convert.ToHexStringLower(SHA256.HashData(changed.AsSpan((int)offset, (int)length)));
        return With(changed, header =>
        {
            foreach (JsonNode? other in header["files"]!.AsArray().Concat(header["tensors"]!.AsArray()))
                if (other!["offset"]!.GetValue<long>() == offset) other["sha256"] = hash;
        });
    }

    private static int Offset(byte[] file) => (int)BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(16));
}
