// Files of weights.
using System.Buffers.Binary;
using System.Text.Json;
using Sprout.Tensors.IO;

namespace Sprout.Fuzz.Kinds;

/// <summary>safetensors, pytorch_model.bin, and the index of shards.</summary>
internal static class WeightKinds
{
    /// <summary>The kinds.</summary>
    public static IReadOnlyList<InputKind> All { get; } =
    [
        new("safetensors", "model.safetensors", [Safetensors(), OtherTypes()], ReadSafetensors)
        {
            HasLengthBeforeJson = true,
            Words = ["F32", "F16", "BF16", "F64", "I64", "BOOL", "F8_E4M3", "C64", "__metadata__", "dtype", "shape", "data_offsets", "\"shape\":[0]"],
        },
        new("shard-index", "model.safetensors.index.json", [Index()], (path, _) => ReadAll(Path.GetDirectoryName(path)!))
        {
            Beside = [("a-1.safetensors", Safetensors()), ("a-2.safetensors", OtherTypes())],
            Words = ["weight_map", "metadata", "a-1.safetensors", "a-2.safetensors", "../a-1.safetensors", "a-3.safetensors", "model.safetensors.index.json"],
        },
        new("pytorch", "pytorch_model.bin", [Archive(), Legacy(), Transposed()], (path, _) => ReadAll(Path.GetDirectoryName(path)!))
        {
            Words =
            [
                "ctorch._utils\n_rebuild_tensor_v2\n", "cposix\nsystem\n", "cbuiltins\neval\n", "ctorch\nHalfStorage\n",
                "ctorch\nDoubleStorage\n", "R", "b", "(", "t",
                "\u0094", "N", "}", "]", "Q", "archive/data/0", "data.pkl", "byteorder", "PK\u0003\u0004", "PK\u0005\u0006", "PK\u0006\u0007",
            ],
        },
    ];

    /// <summary>A file of single precision and integers.</summary>
    public static byte[] Safetensors() => InputKinds.Written("w", folder => SafetensorsWriter.Write(
        Path.Combine(folder, "w"),
        [
            SafetensorsTensor.Of<float>("pooler.weight", [4, 6], Enumerable.Range(0, 24).Select(i => i * 0.5f).ToArray()),
            SafetensorsTensor.Of<float>("pooler.bias", [6], new float[6]),
            SafetensorsTensor.Of<long>("position_ids", [1, 3], new long[] { 0, 1, 2 }),
            SafetensorsTensor.Of<byte>("mask", [5], new byte[5]),
        ],
        new Dictionary<string, string> { ["format"] = "pt" }));

    private static byte[] OtherTypes()
    {
        const string header =
            """{"h":{"dtype":"F16","shape":[3],"data_offsets":[0,6]},"b":{"dtype":"BF16","shape":[2,1],"data_offsets":[6,10]},"s":"""
            + """{"dtype":"F64","shape":[],"data_offsets":[10,18]},"e":{"dtype":"F32","shape":[0,5],"data_offsets":[18,18]},"__metadata__":{"k":"v"}}""";
        byte[] prefix = new byte[sizeof(long)], json = InputKinds.Utf8(header);
        BinaryPrimitives.WriteInt64LittleEndian(prefix, json.Length);
        return [.. prefix, .. json, .. Enumerable.Range(40, 18).Select(i => (byte)i)];
    }

    private static byte[] Index() => InputKinds.Utf8(
        """
        {"metadata":{"total_size":100},"weight_map":{"pooler.weight":"a-1.safetensors","pooler.bias":"a-1.safetensors","position_ids":"a-1.safetensors",
        "mask":"a-1.safetensors","h":"a-2.safetensors","b":"a-2.safetensors","s":"a-2.safetensors","e":"a-2.safetensors"}}
        """);

    private static byte[] Archive() => TorchBytesOf.Archive(
    [
        ("data.pkl", TorchBytesOf.Dictionary(("a", TorchBytesOf.Tensor("0", 6, 0, [2, 3], [3, 1])), ("b", TorchBytesOf.Tensor("1", 4, 1, [3], [1])))),
        ("byteorder", InputKinds.Utf8("little")), ("data/0", TorchBytesOf.Floats(1, 2, 3, 4, 5, 6)), ("data/1", TorchBytesOf.Floats(7, 8, 9, 10)),
    ]);

    private static byte[] Legacy() => TorchBytesOf.Legacy(
        TorchBytesOf.Dictionary(("a", TorchBytesOf.Tensor("0", 4, 0, [2, 2], [2, 1], legacy: true))), ("0", [1, 2, 3, 4]));

    private static byte[] Transposed() => TorchBytesOf.Archive(
    [
        ("data.pkl", TorchBytesOf.Dictionary(
            ("a", TorchBytesOf.Tensor("0", 6, 0, [3, 2], [1, 3])), ("h", TorchBytesOf.Tensor("1", 2, 0, [2], [1], "HalfStorage")),
            ("b", TorchBytesOf.Tensor("0", 6, 2, [], [])))),
        ("data/0", TorchBytesOf.Floats(1, 2, 3, 4, 5, 6)), ("data/1", [0, 60, 0, 64]),
    ]);

    // What is read is compared with the bytes and with another reader of the header.
    private static void ReadSafetensors(string path, byte[] bytes)
    {
        using SafetensorsFile file = SafetensorsFile.OpenModel(Path.GetDirectoryName(path)!);
        int header = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes), seen = 0;
        using JsonDocument json = JsonDocument.Parse(bytes.AsMemory(sizeof(long), header));
        foreach (JsonProperty property in json.RootElement.EnumerateObject())
        {
            if (property.Name == "__metadata__") continue;
            seen++;
            SafetensorsEntry entry = file.Find(property.Name) ?? throw new WrongResultException($"'{property.Name}' is not listed");
            WrongResultException.Require(
                entry.Shape.SequenceEqual(property.Value.GetProperty("shape").EnumerateArray().Select(extent => extent.GetInt64()))
                    && entry.Offset == sizeof(long) + header + property.Value.GetProperty("data_offsets")[0].GetInt64(),
                $"'{property.Name}' is listed otherwise than the file has it");
            WrongResultException.Require(file.Raw(entry).AsSpan().SequenceEqual(bytes.AsSpan((int)entry.Offset, (int)entry.ByteLength)), "other bytes");
        }

        WrongResultException.Require(seen == file.Entries.Count, $"{seen} tensors in the file, {file.Entries.Count} listed");
        ReadFloats(file);
    }

    private static void ReadAll(string folder)
    {
        using WeightFile file = WeightFile.OpenModel(folder);
        ReadFloats(file);
    }

    // A tensor in one part is the same as in several.
    private static unsafe void ReadFloats(WeightFile file)
    {
        foreach (WeightEntry entry in file.Entries)
        {
            if (entry.Type is not (SafetensorsType.F32 or SafetensorsType.F16 or SafetensorsType.BF16 or SafetensorsType.F64)) continue;
            float[] whole = new float[entry.Count], parts = new float[entry.Count];
            fixed (float* pointer = whole) file.ReadFloat32(entry, pointer, 0, entry.Count);
            fixed (float* pointer = parts)
            {
                for (long at = 0; at < entry.Count; at += 5) file.ReadFloat32(entry, pointer + at, at, Math.Min(5, entry.Count - at));
            }

            WrongResultException.Require(
                whole.AsSpan().SequenceEqual(parts) || whole.Any(float.IsNaN), $"'{entry.Name}' reads otherwise in parts");
        }
    }
}
