// Tensors of golden files, read without the library's reader.
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Sprout.Tests;

internal sealed class GoldenTensors
{
    private readonly byte[] bytes;
    private readonly JsonObject header;
    private readonly int start;

    public GoldenTensors(string path)
    {
        bytes = File.ReadAllBytes(path);
        int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        header = JsonNode.Parse(bytes.AsSpan(8, length))!.AsObject();
        start = 8 + length;
    }

    public IEnumerable<string> Names => header.Select(pair => pair.Key).Where(name => name != "__metadata__");

    public int[] ShapeOf(string name) => [.. header[name]!["shape"]!.AsArray().Select(extent => extent!.GetValue<int>())];

    public float[] Floats(string name) => Of<float>(name);

    public int[] Integers(string name) => [.. Of<long>(name).Select(value => (int)value)];

    public int[] Words(string name) => Of<int>(name);

    public byte[] Bytes(string name) => Of<byte>(name);

    private T[] Of<T>(string name) where T : unmanaged
    {
        JsonArray offsets = header[name]!["data_offsets"]!.AsArray();
        int from = offsets[0]!.GetValue<int>(), to = offsets[1]!.GetValue<int>();
        return MemoryMarshal.Cast<byte, T>(bytes.AsSpan(start + from, to - from)).ToArray();
    }
}
