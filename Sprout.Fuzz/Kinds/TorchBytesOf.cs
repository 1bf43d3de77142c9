// Writes pickles and files of torch.save byte by byte, independently of the reader.
using System.Buffers.Binary;
using System.Text;

namespace Sprout.Fuzz.Kinds;

internal static class TorchBytesOf
{
    /// <summary>A pickle of protocol 2 from parts: strings are put in as they are, as Latin-1, and byte arrays too.</summary>
    public static byte[] Pickle(params object[] parts) =>
        [0x80, 2, .. parts.SelectMany(part => part as byte[] ?? Encoding.Latin1.GetBytes((string)part)), (byte)'.'];

    /// <summary>A text: BINUNICODE.</summary>
    public static byte[] Text(string text) => [(byte)'X', .. Int32(Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    /// <summary>A tensor: _rebuild_tensor_v2 of a view of the storage of a key.</summary>
    public static byte[] Tensor(string key, int elements, int offset, int[] shape, int[] strides, string type = "FloatStorage", bool legacy = false) =>
    [
        .. Latin("ctorch._utils\n_rebuild_tensor_v2\n(("), .. Text("storage"), .. Latin($"ctorch\n{type}\n"), .. Text(key), .. Text("cpu"),
        .. Number(elements), .. Latin(legacy ? "NtQ" : "tQ"), .. Number(offset), .. Tuple(shape), .. Tuple(strides),
        0x89, .. Latin("ccollections\nOrderedDict\n)RtR"),
    ];

    /// <summary>A dictionary of tensors, as a pickle.</summary>
    public static byte[] Dictionary(params (string Name, byte[] Value)[] items) =>
        Pickle(["}(", .. items.SelectMany(item => (object[])[Text(item.Name), item.Value]), "u"]);

    /// <summary>An archive of torch.save with stored records.</summary>
    public static byte[] Archive(params (string Name, byte[] Data)[] records)
    {
        var file = new List<byte>();
        var directory = new List<byte>();
        foreach ((string name, byte[] data) in records)
        {
            byte[] path = Latin("archive/" + name);
            int at = file.Count;
            file.AddRange([0x50, 0x4b, 3, 4, .. new byte[14], .. Int32(data.Length), .. Int32(data.Length), .. Int16(path.Length), 0, 0, .. path, .. data]);
            directory.AddRange(
            [
                0x50, 0x4b, 1, 2, .. new byte[16], .. Int32(data.Length), .. Int32(data.Length), .. Int16(path.Length), .. new byte[12], .. Int32(at), .. path,
            ]);
        }

        byte[] count = Int16(records.Length);
        return
        [
            .. file, .. directory, 0x50, 0x4b, 5, 6, 0, 0, 0, 0, .. count, .. count, .. Int32(directory.Count), .. Int32(file.Count), 0, 0,
        ];
    }

    /// <summary>A file in the form before PyTorch 1.6: five pickles, then each storage with its number of elements.</summary>
    public static byte[] Legacy(byte[] tensors, params (string Key, float[] Values)[] storages) =>
    [
        .. Pickle("\u008a\u000a", new byte[] { 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19 }), .. Pickle("M\u00e9\u0003"),
        .. Pickle("}", Text("little_endian"), new byte[] { 0x88 }, "s"), .. tensors,
        .. Pickle(["](", .. storages.Select(storage => Text(storage.Key)), "e"]),
        .. storages.SelectMany(storage => (byte[])[.. Int32(storage.Values.Length), 0, 0, 0, 0, .. Floats(storage.Values)]),
    ];

    public static byte[] Floats(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    private static byte[] Tuple(int[] values) => [(byte)'(', .. values.SelectMany(Number), (byte)'t'];

    private static byte[] Number(int value) => [(byte)'J', .. Int32(value)];

    private static byte[] Latin(string text) => Encoding.Latin1.GetBytes(text);

    private static byte[] Int16(int value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        return bytes;
    }

    private static byte[] Int32(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }
}
