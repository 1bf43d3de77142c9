// Reading: values of every float type, large files, shards, and one clear sentence for each way a file can be wrong.
using System.Runtime.InteropServices;
using System.Text;
using Sprout.Tensors;
using Sprout.Tensors.IO;
using Sprout.Tensors.Random;

namespace Sprout.Tests.IO;

public sealed unsafe class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Every_half_reads_as_the_framework_converts_it()
    {
        ushort[] bits = [.. Enumerable.Range(0, 65536).Select(i => (ushort)i)];
        ReadAll("F16", MemoryMarshal.AsBytes<ushort>(bits)).Should()
            .Equal(bits.Select(b => (float)BitConverter.UInt16BitsToHalf(b)), SameFloat);
    }

    [Fact]
    public void Every_bfloat16_reads_as_the_upper_half_of_a_single()
    {
        ushort[] bits = [.. Enumerable.Range(0, 65536).Select(i => (ushort)i)];
        ReadAll("BF16", MemoryMarshal.AsBytes<ushort>(bits)).Should().Equal(
            bits.Select(b => BitConverter.UInt32BitsToSingle((uint)b << 16)),
            (a, b) => BitConverter.SingleToUInt32Bits(a) == BitConverter.SingleToUInt32Bits(b));
    }

    [Fact]
    public void Doubles_round_to_the_nearest_single()
    {
        var random = new RandomStream(1, 0);
        double[] values =
            [0, -0.0, 1e-50, 1e300, -1e300, double.NaN, double.Epsilon, 1 + 1e-8, .. Enumerable.Range(0, 50).Select(_ => (double)random.Normal() / 3)];
        ReadAll("F64", MemoryMarshal.AsBytes<double>(values)).Should().Equal(values.Select(v => (float)v), SameFloat);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(15)]
    [InlineData(17)]
    [InlineData(33)]
    [InlineData(1023)]
    public void Odd_lengths_and_parts_read_right(int count)
    {
        float[] values = [.. Enumerable.Range(0, count).Select(i => i - 3f)];
        byte[] bytes = MemoryMarshal.AsBytes(values.Select(v => (Half)v).ToArray().AsSpan()).ToArray();

        // A header of odd length leaves the data unaligned.
        string header = RawSafetensors.Header("F16", $"[{count}]", 0, bytes.Length);
        using SafetensorsFile file = Open(RawSafetensors.Bytes(header + new string(' ', 1 - header.Length % 2), bytes));
        SafetensorsEntry entry = file.Entries.Single();
        var read = new float[count];
        file.ReadFloat32(entry, read);
        read.Should().Equal(values);
        var part = new float[count / 2];
        fixed (float* pointer = part) file.ReadFloat32(entry, pointer, count / 3, count / 2);
        part.Should().Equal(values.Skip(count / 3).Take(count / 2));
    }

    [Fact]
    public void Metadata_scalars_and_empty_tensors_are_read()
    {
        const string header =
            """{"s":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"e":{"dtype":"F32","shape":[0,5],"data_offsets":[4,4]}"""
            + ""","__metadata__":{"format":"pt","ü":"\u00fc"}}  """;
        using SafetensorsFile file = Open(RawSafetensors.Bytes(header, 0, 0, 128, 63));
        file.Metadata.Should().BeEquivalentTo(new Dictionary<string, string> { ["format"] = "pt", ["ü"] = "ü" });
        file.TryGet("s", out SafetensorsEntry? scalar).Should().BeTrue();
        var one = new float[1];
        file.ReadFloat32(scalar!, one);
        one[0].Should().Be(1f);
        file.TryGet("e", out SafetensorsEntry? empty).Should().BeTrue();
        empty!.Count.Should().Be(0);
        file.Raw(empty).Length.Should().Be(0);
        file.TryGet("missing", out _).Should().BeFalse();
    }

    [Fact]
    public void Integers_are_listed_and_raw_but_not_floats()
    {
        using SafetensorsFile file = Open(RawSafetensors.Bytes(RawSafetensors.Header("I64", "[1]", 0, 8, "ids"), 7, 0, 0, 0, 0, 0, 0, 0));
        SafetensorsEntry entry = file.Entries.Single();
        MemoryMarshal.Read<long>(file.Raw(entry)).Should().Be(7);
        var destination = new float[1];
        file.Invoking(f => f.ReadFloat32(entry, destination)).Should().Throw<InputException>().WithMessage("*'ids'*F32*I64*");
    }

    [Fact]
    public void Misuse_is_an_argument_error()
    {
        byte[] bytes = RawSafetensors.Bytes(RawSafetensors.Header("F32", "[2]", 0, 8), 1, 2, 3, 4, 5, 6, 7, 8);
        using SafetensorsFile other = Open(bytes);
        SafetensorsFile file = Open(bytes);
        SafetensorsEntry entry = file.Entries.Single();
        file.Invoking(f => f.ReadFloat32(entry, new float[1])).Should().Throw<ArgumentException>().WithMessage("*2 elements*1*");
        file.Invoking(f => f.Raw(other.Entries.Single())).Should().Throw<ArgumentException>().WithMessage("*not an entry*");
        file.Invoking(f => f.ReadFloat32(entry, (float*)null, 1, 2)).Should().Throw<ArgumentOutOfRangeException>();
        file.Invoking(f => f.ReadFloat32(entry, (float*)null, long.MaxValue, 1)).Should().Throw<ArgumentOutOfRangeException>();
        file.Invoking(f => f.Raw(entry, -1, 1)).Should().Throw<ArgumentOutOfRangeException>();
        file.Dispose();
        file.Dispose();
        file.Invoking(f => f.Raw(entry)).Should().Throw<ObjectDisposedException>();
    }

    [SystemFact("linux")] // Where a file with a hole takes no room on the disk.
    public void A_tensor_over_2_GiB_reads_on_both_sides_of_the_border()
    {
        const long count = (5L << 28) + 3;
        const long middle = (1L << 29) - 2;
        byte[] header = RawSafetensors.Bytes(RawSafetensors.Header("F32", $"[{count}]", 0, 4 * count));
        string path = folder.File("large.safetensors");
        using (FileStream stream = File.Create(path))
        {
            stream.Write(header);
            foreach (long at in new[] { middle, middle + 3, count - 1 })
            {
                stream.Position = header.Length + 4 * at;
                stream.Write(BitConverter.GetBytes((float)(at % 1000)));
            }
        }

        using SafetensorsFile file = SafetensorsFile.Open(path);
        SafetensorsEntry entry = file.Entries.Single();
        entry.Count.Should().Be(count);
        var read = new float[4];
        fixed (float* pointer = read)
        {
            file.ReadFloat32(entry, pointer, middle, 4);
            read.Should().Equal(middle % 1000, 0, 0, (middle + 3) % 1000);
            file.ReadFloat32(entry, pointer, count - 2, 2);
        }

        read[1].Should().Be((count - 1) % 1000);
        MemoryMarshal.Read<float>(file.Raw(entry, 4 * (count - 1), 4)).Should().Be((count - 1) % 1000);
        file.Invoking(f => f.Raw(entry)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [InlineData("F32", 4)]
    [InlineData("F16", 2)]
    public void A_file_that_is_cut_while_it_is_open_is_refused(string type, int size)
    {
        const int count = 5000;
        using SafetensorsFile file = Open(RawSafetensors.Bytes(RawSafetensors.Header(type, $"[{count}]", 0, size * count), new byte[size * count]));
        SafetensorsEntry entry = file.Entries.Single();
        file.ReadFloat32(entry, new float[count]);
        using (FileStream cut = new(entry.FilePath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete)) cut.SetLength(entry.Offset + 10);
        file.Invoking(f => f.ReadFloat32(entry, new float[count])).Should().Throw<InputException>().WithMessage($"{entry.FilePath}*truncated*");
        file.Invoking(f => f.Raw(entry)).Should().Throw<InputException>().WithMessage($"{entry.FilePath}*truncated*");
        var first = new float[2];
        fixed (float* pointer = first) file.ReadFloat32(entry, pointer, 0, 2);
    }

    public static TheoryData<string, byte[], string> Malformed => new()
    {
        { "empty", [], "at least 8 bytes" },
        { "short", [1, 2, 3], "at least 8 bytes" },
        { "header over the limit", [0, 0, 0, 0, 0, 0, 0, 255, (byte)'{'], "at most 100000000 bytes" },
        { "header over the file", [9, 0, 0, 0, 0, 0, 0, 0, (byte)'{', (byte)'}'], "truncated" },
        { "header empty", [0, 0, 0, 0, 0, 0, 0, 0], "it is empty" },
        { "an HTML page", Encoding.ASCII.GetBytes("<!doctype html><html></html>"), "not a safetensors file" },
        { "a list", RawSafetensors.Bytes("[1]"), "starts with '{'" },
        { "cut JSON", RawSafetensors.Bytes("{\"a\":{\"dtype\""), "valid JSON" },
        { "text behind", RawSafetensors.Bytes("{} x"), "valid JSON" },
        { "invalid UTF-8", RawSafetensors.Bytes([(byte)'{', (byte)'"', 0xC3, (byte)'"'], []), "invalid bytes" },
        { "lone surrogate", RawSafetensors.Bytes("{\"\\ud800\":{}}"), "valid JSON" },
        {
            "duplicate",
            RawSafetensors.Bytes(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]},\"\\u0061\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}"),
            "'a' appears twice"
        },
        { "metadata number", RawSafetensors.Bytes("{\"__metadata__\":{\"a\":1}}"), "string for 'a'" },
        { "metadata twice", RawSafetensors.Bytes("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}"), "'a' appears twice" },
        { "tensor null", RawSafetensors.Bytes("{\"t\":null}"), "'t': expected an object" },
        { "no dtype", RawSafetensors.Bytes("{\"t\":{\"shape\":[0],\"data_offsets\":[0,0]}}"), "no dtype" },
        { "no shape", RawSafetensors.Bytes("{\"t\":{\"dtype\":\"F32\",\"data_offsets\":[0,0]}}"), "no shape" },
        { "no offsets", RawSafetensors.Bytes("{\"t\":{\"dtype\":\"F32\",\"shape\":[0]}}"), "no data_offsets" },
        { "unknown key", RawSafetensors.Bytes("{\"t\":{\"dtype\":\"F32\",\"strides\":[0]}}"), "key 'strides'" },
        { "unknown dtype", RawSafetensors.Bytes(RawSafetensors.Header("F4", "[1]", 0, 4), 0, 0, 0, 0), "found 'F4'" },
        { "numeric dtype", RawSafetensors.Bytes(RawSafetensors.Header("12", "[1]", 0, 4), 0, 0, 0, 0), "found '12'" },
        { "negative dimension", RawSafetensors.Bytes(RawSafetensors.Header("F32", "[-1]", 0, 4), 0, 0, 0, 0), "found -1" },
        { "fraction", RawSafetensors.Bytes(RawSafetensors.Header("F32", "[1.5]", 0, 4), 0, 0, 0, 0), "found 1.5" },
        { "nested shape", RawSafetensors.Bytes(RawSafetensors.Header("F32", "[[1]]", 0, 4), 0, 0, 0, 0), "found a JSON StartArray" },
        { "shape overflow", RawSafetensors.Bytes(RawSafetensors.Header("F32", "[4611686018427387904,4]", 0, 4), 0, 0, 0, 0), "a shape that fits" },
        { "shape over offsets", RawSafetensors.Bytes(RawSafetensors.Header("F32", "[2]", 0, 4), 0, 0, 0, 0), "8 bytes for F32 [2], found 4" },
        { "offsets reversed", RawSafetensors.Bytes(RawSafetensors.Header("F32", "[0]", 4, 0), 0, 0, 0, 0), "found [4, 0]" },
        { "offsets beyond", RawSafetensors.Bytes(RawSafetensors.Header("F32", "[2]", 0, 8), 0, 0, 0, 0), "within the 4 bytes" },
        { "three offsets", RawSafetensors.Bytes("{\"t\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0,0]}}"), "two data_offsets" },
        {
            "many dimensions",
            RawSafetensors.Bytes(RawSafetensors.Header("F32", "[" + string.Join(",", Enumerable.Repeat(1, 65)) + "]", 0, 4), 0, 0, 0, 0),
            "at most 64"
        },
        { "hole at the start", RawSafetensors.Bytes(RawSafetensors.Header("F32", "[1]", 4, 8), 0, 0, 0, 0, 0, 0, 0, 0), "starts at offset 0" },
        { "hole at the end", RawSafetensors.Bytes(RawSafetensors.Header("U8", "[1]", 0, 1), 0, 0), "cover the 2 bytes" },
        {
            "overlap",
            RawSafetensors.Bytes(
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]}}", 0, 0, 0),
            "'b': expected data that starts at offset 2"
        },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void Malformed_files_are_refused_with_a_sentence(string name, byte[] bytes, string expected)
    {
        string path = folder.File("bad.safetensors");
        File.WriteAllBytes(path, bytes);
        FluentActions.Invoking(() => SafetensorsFile.Open(path)).Should().Throw<InputException>(name)
            .Which.Message.Should().Contain(path).And.Contain(expected);
    }

    [Fact]
    public void A_missing_file_and_a_folder_are_input_errors()
    {
        FluentActions.Invoking(() => SafetensorsFile.Open(folder.File("none"))).Should().Throw<InputException>().WithMessage("Cannot read*none*");
        FluentActions.Invoking(() => SafetensorsFile.Open(folder.Path)).Should().Throw<InputException>();
    }

    [SharedFact]
    public void A_real_model_opens_and_reads()
    {
        using SafetensorsFile file = SafetensorsFile.OpenModel(Path.Combine(SharedData.Folder!, "models", "all-MiniLM-L6-v2"));
        file.Entries.Should().HaveCount(104);
        file.Metadata["format"].Should().Be("pt");
        file.TryGet("embeddings.position_ids", out SafetensorsEntry? ids).Should().BeTrue();
        ids!.Type.Should().Be(SafetensorsType.I64);
        MemoryMarshal.Cast<byte, long>(file.Raw(ids)).ToArray().Should().Equal(Enumerable.Range(0, 512).Select(i => (long)i));
        foreach (SafetensorsEntry entry in file.Entries.Where(e => e.Type == SafetensorsType.F32))
        {
            var values = new float[entry.Count];
            file.ReadFloat32(entry, values);
            values.Should().NotContain(v => !float.IsFinite(v) || Math.Abs(v) > 100, entry.Name);
        }
    }

    private SafetensorsFile Open(byte[] bytes)
    {
        string path = folder.File("file.safetensors");
        File.WriteAllBytes(path, bytes);
        return SafetensorsFile.Open(path);
    }

    private float[] ReadAll(string type, ReadOnlySpan<byte> data)
    {
        int count = data.Length / (type == "F64" ? 8 : 2);
        using SafetensorsFile file = Open(RawSafetensors.Bytes(RawSafetensors.Header(type, $"[{count}]", 0, data.Length), data.ToArray()));
        var values = new float[count];
        file.ReadFloat32(file.Entries.Single(), values);
        return values;
    }

    private static bool SameFloat(float a, float b) =>
        BitConverter.SingleToUInt32Bits(a) == BitConverter.SingleToUInt32Bits(b) || (float.IsNaN(a) && float.IsNaN(b));
}
