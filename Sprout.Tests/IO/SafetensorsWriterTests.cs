// Writing: exact bytes, round trips and the errors of a caller.
using System.Security.Cryptography;
using System.Text;
using Sprout.Tensors;
using Sprout.Tensors.IO;
using Sprout.Tensors.Random;

namespace Sprout.Tests.IO;

public sealed unsafe class SafetensorsWriterTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    // Small parts are hashed at once, large ones by another thread.
    [Theory]
    [InlineData(5)]
    [InlineData(50_000)]
    [InlineData(3_000_000)]
    public void The_hash_of_what_is_written_is_that_of_the_file(int count)
    {
        float[] values = [.. Enumerable.Range(0, count).Select(i => i * 0.5f)];
        string path = folder.File("hashed");
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        SafetensorsTensor[] tensors = [.. "abc".Select(name => SafetensorsTensor.Of<float>($"{name}", [count], values))];
        SafetensorsWriter.Write(path, tensors, hash: hash);
        hash.GetHashAndReset().Should().Equal(SHA256.HashData(File.ReadAllBytes(path)));
    }

    [Fact]
    public void The_bytes_are_those_of_an_independent_program()
    {
        string path = folder.File("golden.safetensors");
        SafetensorsWriter.Write(path,
        [
            SafetensorsTensor.Of<byte>("mask", [3], new byte[] { 1, 0, 255 }),
            SafetensorsTensor.Of<float>("a.weight", [2, 2], new[] { 1f, -2.5f, 0f, 3.25f }),
            SafetensorsTensor.Of<long>("ids", [2], new[] { 1L, -2L }),
        ]);
        byte[] bytes = File.ReadAllBytes(path);
        const string header =
            """{"__metadata__":{"format":"pt"},"ids":{"dtype":"I64","shape":[2],"data_offsets":[0,16]}"""
            + ""","a.weight":{"dtype":"F32","shape":[2,2],"data_offsets":[16,32]},"mask":{"dtype":"U8","shape":[3],"data_offsets":[32,35]}}""";
        BitConverter.ToInt64(bytes).Should().Be(216);
        Encoding.UTF8.GetString(bytes, 8, 216).Should().Be(header.PadRight(216));
        Convert.ToHexStringLower(bytes.AsSpan(8 + 216)).Should().Be("0100000000000000feffffffffffffff0000803f000020c000000000000050400100ff");

        // Of the file that Python's struct and json modules make of the same tensors.
        Convert.ToHexStringLower(SHA256.HashData(bytes)).Should().Be("bbce07d508910308f9f3577b6a085fd24cf5845bbc331390087233011e9072d9");
    }

    [Fact]
    public void Every_source_round_trips()
    {
        const int count = 150_001;
        var random = new RandomStream(5, 0);
        float[] values = [.. Enumerable.Range(0, count).Select(_ => random.Normal())];
        int[] integers = [int.MinValue, -1, 0, int.MaxValue];
        string path = folder.File("round.safetensors");
        long expectedOffset = 0;
        fixed (float* pointer = values)
        {
            SafetensorsWriter.Write(path,
            [
                SafetensorsTensor.Of<float>("managed", [count], values),
                SafetensorsTensor.Float32("native", [1, count], pointer),
                SafetensorsTensor.Float32("streamed", [count, 1], (offset, chunk) =>
                {
                    offset.Should().Be(expectedOffset);
                    expectedOffset += chunk.Length;
                    values.AsSpan((int)offset, chunk.Length).CopyTo(chunk);
                }),
                SafetensorsTensor.Of<int>("integers", [2, 2], integers),
                SafetensorsTensor.Of<float>("empty", [0], ReadOnlyMemory<float>.Empty),
                SafetensorsTensor.Of<float>("scalar \"ü\"", [], new[] { 4f }),
            ], new Dictionary<string, string> { ["step"] = "7" });
        }

        using SafetensorsFile file = SafetensorsFile.Open(path);
        file.Metadata.Should().BeEquivalentTo(new Dictionary<string, string> { ["format"] = "pt", ["step"] = "7" });
        file.Entries.Select(e => e.Name).Should().Equal("empty", "integers", "managed", "native", "scalar \"ü\"", "streamed");
        foreach (string name in new[] { "managed", "native", "streamed" })
        {
            var read = new float[count];
            file.TryGet(name, out SafetensorsEntry? entry).Should().BeTrue();
            file.ReadFloat32(entry!, read);
            read.AsSpan().SequenceEqual(values).Should().BeTrue(name);
            (entry!.Offset % 8).Should().BeOneOf(0, 4);
        }

        file.TryGet("native", out SafetensorsEntry? native);
        native!.Shape.Should().Equal(1, count);
        file.TryGet("integers", out SafetensorsEntry? stored);
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, int>(file.Raw(stored!)).ToArray().Should().Equal(integers);
    }

    [Fact]
    public void The_order_of_the_tensors_does_not_change_the_bytes()
    {
        SafetensorsTensor a = SafetensorsTensor.Of<float>("a", [1], new[] { 1f }), b = SafetensorsTensor.Of<float>("b", [1], new[] { 2f });
        SafetensorsWriter.Write(folder.File("ab"), [a, b]);
        SafetensorsWriter.Write(folder.File("ba"), [b, a]);
        File.ReadAllBytes(folder.File("ab")).Should().Equal(File.ReadAllBytes(folder.File("ba")));
    }

    [Fact]
    public void A_failing_source_leaves_the_old_file()
    {
        string path = folder.File("kept");
        SafetensorsWriter.Write(path, [SafetensorsTensor.Of<float>("a", [1], new[] { 1f })]);
        byte[] before = File.ReadAllBytes(path);
        SafetensorsTensor failing = SafetensorsTensor.Float32("a", [4], (_, _) => throw new InvalidOperationException("device lost"));
        FluentActions.Invoking(() => SafetensorsWriter.Write(path, [failing])).Should().Throw<InvalidOperationException>();
        File.ReadAllBytes(path).Should().Equal(before);
        Directory.GetFiles(folder.Path).Should().Equal(path);
    }

    [Fact]
    public void Wrong_tensors_are_argument_errors()
    {
        SafetensorsTensor a = SafetensorsTensor.Of<float>("a", [1], new float[1]);
        FluentActions.Invoking(() => SafetensorsWriter.Write(folder.File("x"), [a, a])).Should().Throw<ArgumentException>().WithMessage("*'a'*");
        FluentActions.Invoking(() => SafetensorsWriter.Write(folder.File("x"), [SafetensorsTensor.Of<byte>("__metadata__", [1], new byte[1])]))
            .Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => SafetensorsTensor.Of<float>("a", [2, 3], new float[5]))
            .Should().Throw<ArgumentException>().WithMessage("*6 elements*[2, 3]*5*");
        FluentActions.Invoking(() => SafetensorsTensor.Of<float>("a", [-1], new float[1])).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => SafetensorsTensor.Of<double>("a", [1], new double[1])).Should().Throw<ArgumentException>().WithMessage("*Double*");
        FluentActions.Invoking(() => SafetensorsWriter.Write(Path.Combine(folder.Path, "no", "x"), [a])).Should().Throw<InputException>();
    }
}
