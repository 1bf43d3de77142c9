// Damaged and hostile sparse files are refused in a sentence, and cost no memory.
using System.Text.Json.Nodes;
using Sprout.Bert.Models;
using Sprout.Bert.Sources;
using Sprout.Tensors;
using Sprout.Tensors.IO.Coding;
using Sprout.Tensors.Reference;
using Sprout.Tests.Training;

namespace Sprout.Tests.Sources;

public sealed class DamagedSparseFileTests : IDisposable
{
    private readonly TinyRun tiny = new();
    private readonly string path;
    private readonly byte[] good;

    public DamagedSparseFileTests()
    {
        string folder = PrunedModel.Folder(
            tiny,
            change: config => config with { HiddenSize = 4, IntermediateSize = 6, NumHiddenLayers = 1, NumAttentionHeads = 2, MaxPositionEmbeddings = 8 });
        path = PrunedModel.File(tiny, folder, new SparseFileOptions { Weights = NumberFormat.Int8, Embeddings = NumberFormat.Int4 });
        good = File.ReadAllBytes(path);
    }

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void A_file_that_ends_early_is_refused_at_every_length()
    {
        for (int length = 0; length < good.Length; length += length < 256 ? 1 : 5) Refused(good[..length]);
        Refused(good[..^1]);
        Refused([.. good, 0]);
    }

    [Fact]
    public void A_flip_of_a_bit_is_refused_wherever_it_is()
    {
        byte[] damaged = [.. good];
        // All of the preamble, which no checksum covers as a whole, and one of every third byte behind it.
        int[] bits = [.. Enumerable.Range(0, 8 * 64), .. Enumerable.Range(0, (good.Length - 64) / 3).Select(i => (8 * (64 + (3 * i))) + (i % 8))];
        foreach (int bit in bits)
        {
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Refused(damaged);
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Load(damaged);
    }

    [Fact]
    public void A_version_from_the_future_is_refused_by_name()
    {
        byte[] header = System.Text.Encoding.UTF8.GetBytes(SealedFile.Header(good).ToJsonString());
        Refused(SealedFile.With(good, header, version: 2)).Should().Contain("version 1").And.Contain("version 2").And.Contain("later version of Sprout");
        Refused(SealedFile.With(good, header, version: uint.MaxValue)).Should().Contain("later version");
        Refused(SealedFile.With(good, header, version: 0));
    }

    [Theory]
    [InlineData("shape", "[2147483647, 2147483647]")]
    [InlineData("shape", "[2147483647, 1]")]
    [InlineData("shape", "[1, 2147483647]")]
    [InlineData("shape", "[0, 2147483647]")]
    [InlineData("shape", "[4294967296, 4]")]
    [InlineData("shape", "[-1, 4]")]
    [InlineData("shape", "[1, 1, 1, 1, 1, 1]")]
    [InlineData("shape", "[4]")]
    [InlineData("shape", "[]")]
    [InlineData("shape", "{}")]
    [InlineData("entries", "2147483647")]
    [InlineData("entries", "17")]
    [InlineData("entries", "0")]
    [InlineData("entries", "-1")]
    [InlineData("entries", "1e30")]
    [InlineData("length", "9223372036854775807")]
    [InlineData("length", "2147483647")]
    [InlineData("length", "0")]
    [InlineData("offset", "0")]
    [InlineData("offset", "64")]
    [InlineData("offset", "9223372036854775807")]
    [InlineData("offset", "1.5")]
    [InlineData("numbers", "\"fp32\"")]
    [InlineData("numbers", "\"int2\"")]
    [InlineData("numbers", "7")]
    [InlineData("activations", "\"int4\"")]
    [InlineData("activations", "\"fp32\"")]
    [InlineData("activations", "8")]
    [InlineData("activations", "{}")]
    [InlineData("name", "\"bert.embeddings.word_embeddings.weight\"")]
    [InlineData("name", "null")]
    [InlineData("sha256", "\"\"")]
    public void A_hostile_entry_of_the_header_is_refused(string key, string value) =>
        Refused(SealedFile.With(good, header => Query(header)[key] = JsonNode.Parse(value)));

    [Fact]
    public void Integer_products_are_of_integer_matrices_only()
    {
        Refused(SealedFile.With(good, header => Query(header, "query.bias")["activations"] = "int8")).Should().Contain("a matrix of int8 numbers");
        Refused(SealedFile.With(good, header => Query(header, "word_embeddings.weight")["activations"] = "int8")).Should().Contain("int8 numbers");
        byte[] integers = SealedFile.With(good, header => Query(header)["activations"] = "int8");
        Load(integers);
        foreach ((string key, JsonNode value) in ((string, JsonNode)[])[("entries", 0), ("entries", 16), ("length", 0)])
            Refused(SealedFile.With(integers, header => Query(header)[key] = value));
    }

    [Fact]
    public void Other_hostile_headers_are_refused()
    {
        byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);
        Refused(SealedFile.With(good, Utf8(new string('[', 100_000))));
        Refused(SealedFile.With(good, Utf8("""{"files":[],"tensors":[]}""")));
        Refused(SealedFile.With(good, Utf8("{}")));
        Refused(SealedFile.With(good, Utf8("[]")));
        Refused(SealedFile.With(good, [0xff, 0xfe]));
        Refused(SealedFile.With(good, []));
        Refused(SealedFile.With(good, header => header["tensors"]!.AsArray().RemoveAt(0)));
        Refused(SealedFile.With(good, header => header["files"]![0]!["size"] = 1 << 26));
        Refused(SealedFile.With(good, header => header["files"]![0]!["size"] = 1));
        Refused(SealedFile.With(good, header => header["files"]![0]!["name"] = "other.json"));
        Refused(SealedFile.With(good, header => header["files"]![1]!["name"] = "config.json"));
    }

    [Fact]
    public void Damaged_sections_of_the_right_checksum_are_read_or_refused()
    {
        foreach (JsonNode? section in SealedFile.Header(good)["tensors"]!.AsArray().Concat(SealedFile.Header(good)["files"]!.AsArray()))
        {
            long length = section!["length"]!.GetValue<long>();
            for (long at = 0; at < length; at += 1 + (length / 12))
            {
                foreach (byte value in (byte[])[0, 1, 0x7f, 0xff])
                {
                    try
                    {
                        Measured(SealedFile.WithByte(good, section.AsObject(), at, value));
                    }
                    catch (Exception e) when (e is InputException or NotFiniteException)
                    {
                        e.Message.Should().NotContain("\n");
                    }
                }
            }
        }
    }

    [Fact]
    public void The_command_exits_with_3()
    {
        File.WriteAllBytes(path, good[..^1]);
        foreach (string[] args in (string[][])[["inspect", path], ["predict", "--model", path], ["export", "--model", path, "--output", tiny.PathOf("e")]])
        {
            CommandResult result = TinyRun.Run(args);
            result.Code.Should().Be(3, result.Log);
            result.Log.Trim().Should().Contain(path).And.NotContain("\n");
        }

        TinyRun.Run("inspect", tiny.Write("text", "no model")).Log.Should().Contain("a file of another kind");
    }

    private static JsonObject Query(JsonObject header, string name = "query.weight") => header["tensors"]!.AsArray().Select(tensor => tensor!.AsObject())
        .Single(tensor => tensor["name"]!.GetValue<string>().EndsWith(name, StringComparison.Ordinal));

    private string Refused(byte[] bytes)
    {
        string message = FluentActions.Invoking(() => Measured(bytes)).Should().Throw<InputException>().Which.Message;
        message.Should().StartWith(path).And.EndWith(".").And.NotContain("\n");
        return message;
    }

    // Buffers and JSON take a multiple of the file, and the model's objects the same whatever the file.
    private void Measured(byte[] bytes)
    {
        File.WriteAllBytes(path, bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            Load();
        }
        finally
        {
            (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan((1 << 20) + (40 * bytes.Length));
        }
    }

    private void Load(byte[] bytes)
    {
        File.WriteAllBytes(path, bytes);
        Load();
    }

    private void Load()
    {
        using var backend = new ReferenceBackend();
        using var source = new SparseFile(path);
        using SequenceClassifier model = source.Config.CreateClassifier(backend, 2);
        source.LoadWhole(model, onlyAnswers: true);
        _ = source.Tokenizer;
        backend.PeakBytes.Should().BeLessThan(1 << 20);
    }
}
