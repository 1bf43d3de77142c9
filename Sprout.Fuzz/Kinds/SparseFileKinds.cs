// Sparse model files.
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sprout.Bert.Models;
using Sprout.Bert.Sources;
using Sprout.Pruning.Inspection;
using Sprout.Pruning.Structure;
using Sprout.Tensors;
using Sprout.Tensors.IO.Coding;
using Sprout.Tensors.Reference;

namespace Sprout.Fuzz.Kinds;

/// <summary>A model in a sparse file, damaged; and the same with checksums that fit the damage, as somebody would write who means harm.</summary>
internal static class SparseFileKinds
{
    private const string FileName = "model.sprout";

    // Where the preamble has the header's place, and its checksum; and how long it is.
    private const int PlaceOffset = 16, ChecksumOffset = 32, PreambleLength = 64;

    /// <summary>The kinds.</summary>
    public static IReadOnlyList<InputKind> All { get; } =
    [
        new("sparse-file", FileName, [Written(NumberFormat.Fp32, NumberFormat.Fp32), WithIntegers(), Compact()], (path, _) => Read(path)),
        new("sparse-file-sealed", FileName, [Written(NumberFormat.Fp16, NumberFormat.Int8), WithIntegers(), Compact()], ReadSealed)
        {
            Words =
            [
                "\"entries\":1", "\"entries\":2147483647", "\"shape\":[2147483647,2147483647]", "\"shape\":[0,8]", "\"numbers\":\"int4\"",
                "\"numbers\":\"fp32\"", "\"activations\":\"int8\"",
                "\"offset\":64", "\"length\":9223372036854775807", "\"size\":67108864", "config.json", "tokenizer.json",
            ],
        },
    ];

    private static byte[] WithIntegers() => Written(NumberFormat.Int8, NumberFormat.Int4, NumberFormat.Int8);

    // It lacks the first half of its heads and neurons.
    private static byte[] Compact() => Written(NumberFormat.Int8, NumberFormat.Int4, compact: true);

    private static byte[] Written(
        NumberFormat weights, NumberFormat embeddings, NumberFormat activations = default, bool compact = false) => InputKinds.Written(FileName, folder =>
    {
        string model = Path.Combine(folder, "model");
        using (var backend = new ReferenceBackend())
        using (SequenceClassifier classifier = ModelKinds.Tiny.CreateClassifier(backend, 2))
        {
            Initialization.Apply(classifier, seed: 1);
            foreach (Sprout.Autograd.Modules.Linear layer in classifier.Encoder.Layers.SelectMany(layer => layer.Prunable))
            {
                long first = compact ? layer.Weight.Shape.Count / 2 : 0;
                layer.Weight.Value.CopyFrom([.. layer.Weight.Value.ToArray().Select((x, i) => i >= first && i % 3 == 0 ? x : 0)]);
            }

            Directory.CreateDirectory(model);
            ModelKinds.Tiny.Save(model);
            HuggingFaceFolder.SaveWeights(model, classifier);
        }

        File.WriteAllLines(Path.Combine(model, "vocab.txt"), ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "##c", "d"]);
        using ModelSource source = ModelSource.Open(model);
        var options = new SparseFileOptions { Weights = weights, Embeddings = embeddings, Activations = activations };
        SparseFileWriter.Write(Path.Combine(folder, FileName), compact ? CompactModel.Of(source) : source, options);
    });

    private static void Read(string path)
    {
        using var backend = new ReferenceBackend();
        using ModelSource source = ModelSource.Open(path);
        using SequenceClassifier model = source.Config.CreateClassifier(backend, source.Config.NumLabels);
        try
        {
            source.Load(model, seed: 1, onlyAnswers: true);
            ModelInspector.Inspect(source);
            _ = source.Tokenizer.Encode("a dc", null, 9);
        }
        catch (NotFiniteException)
        {
            // Refused as a folder with such weights is.
        }
    }

    private static void ReadSealed(string path, byte[] bytes)
    {
        File.WriteAllBytes(path, Sealed(bytes));
        Read(path);
    }

    // Where there is a header that says so, sections get the checksums of what is in them.
    private static byte[] Sealed(byte[] bytes)
    {
        if (bytes.Length < PreambleLength) return bytes;
        long offset = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(PlaceOffset));
        if (offset < PreambleLength || offset > bytes.Length) return bytes;
        byte[] header = bytes[(int)offset..];
        try
        {
            if (JsonNode.Parse(header) is JsonObject json)
            {
                foreach (JsonArray sections in json.Select(pair => pair.Value).OfType<JsonArray>())
                    foreach (JsonObject section in sections.OfType<JsonObject>()) Seal(section, bytes);
                header = InputKinds.Utf8(json.ToJsonString());
            }
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            // It stays as it is.
        }

        byte[] whole = [.. bytes.AsSpan(0, (int)offset), .. header];
        BinaryPrimitives.WriteInt64LittleEndian(whole.AsSpan(PlaceOffset + sizeof(long)), header.Length);
        SHA256.HashData([.. whole.AsSpan(0, ChecksumOffset), .. header]).CopyTo(whole, ChecksumOffset);
        return whole;
    }

    private static void Seal(JsonObject section, byte[] bytes)
    {
        if (section["offset"] is not JsonValue place || !place.TryGetValue(out long offset)) return;
        if (section["length"] is not JsonValue size || !size.TryGetValue(out long length)) return;
        if (offset < 0 || offset > bytes.Length || length < 0 || length > bytes.Length - offset) return;
        section["sha256"] = Convert.ToHexStringLower(SHA256.HashData(bytes.AsSpan((int)offset, (int)length)));
    }
}
