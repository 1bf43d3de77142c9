// Builds safetensors files byte by byte, independently of the writer.
using System.Buffers.Binary;
using System.Text;

namespace Sprout.Tests.IO;

internal static class RawSafetensors
{
    public static byte[] Bytes(string header, params byte[] data) => Bytes(Encoding.UTF8.GetBytes(header), data);

    public static byte[] Bytes(byte[] header, byte[] data)
    {
        var prefix = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, header.Length);
        return [.. prefix, .. header, .. data];
    }

    /// <summary>A header with one tensor.</summary>
    public static string Header(string type, string shape, long start, long end, string name = "t") =>
        $$$"""{"{{{name}}}":{"dtype":"{{{type}}}","shape":{{{shape}}},"data_offsets":[{{{start}}},{{{end}}}]}}""";
}
