// Writes a model as one small file.
using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Sprout.Autograd;
using Sprout.Bert.Models;
using Sprout.Bert.Tokenization;
using Sprout.Tensors;
using Sprout.Tensors.IO;
using Sprout.Tensors.IO.Coding;
using Sprout.Tensors.Reference;

namespace Sprout.Bert.Sources;

/// <summary>
/// Writes the model of a source as a <see cref="SparseFile"/>: its tensors under their own names, matrices of which at least half is 0 by their other entries.
/// A weight that becomes 0 in its number format is no entry; −0 is 0.
/// </summary>
public static class SparseFileWriter
{
    /// <summary>Writes the file, whole or not at all; one that is there already is replaced when it is a sparse model file too.</summary>
    /// <param name="path">The file.</param>
    /// <param name="source">The model.</param>
    /// <param name="options">The form of its numbers; null: single precision.</param>
    /// <param name="cancellation">Ends it between two tensors.</param>
    /// <exception cref="InputException">The source cannot be read, a value does not fit half precision, or the file cannot be written.</exception>
    /// <exception cref="NotFiniteException">A weight is not finite.</exception>
    /// <exception cref="OptionException">An option is wrong, or a file of another kind would be replaced.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static SparseFileReport Write(string path, ModelSource source, SparseFileOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(source);
        options ??= new SparseFileOptions();
        options.Validate();
        AtomicFile.RequireWritable(path);
        if (File.Exists(path) && !SparseContainer.Is(path))
            throw OptionException.Of($"{new OptionName("Output")}: {path} is there and no sparse model file; give another file.");
        if (Path.GetFullPath(source.Name) == Path.GetFullPath(path))
            throw OptionException.Of($"{new OptionName("Output")}: {path} is the model that is read; give another file.");
        (ITokenizer tokenizer, int[]? oldIds) = TokenizerOf(source, options);
        ModelConfig config = source.Config;
        if (oldIds is not null) config = config.WithVocabulary(oldIds.Length, Math.Max(0, Array.IndexOf(oldIds, config.PadTokenId)));
        IReadOnlyList<StoredTensor> tensors = source.Tensors;
        SparseFileReport? report = null;
        AtomicFile.Write(path, stream =>
        {
            var writing = new Writing(stream);
            foreach ((string name, byte[] bytes) in TextsOf(config, tokenizer, options)) writing.AddText(name, bytes);
            var parts = new PartNames(source);
            foreach (StoredTensor tensor in tensors)
            {
                cancellation.ThrowIfCancellationRequested();
                float[] values = new float[tensor.Count];
                source.Read(tensor, 0, values);
                NotFiniteException.RequireNone(source.Name, tensor.Name, NotFiniteException.Count(values), tensor.Count);
                bool isByToken = source.Config.IsByToken(tensor.Name), isTable = parts.IsEmbedding(tensor.Name);
                StoredTensor kept = tensor;
                if (oldIds is not null && isByToken)
                {
                    kept = tensor with { Extents = [oldIds.Length, .. tensor.Extents.Skip(1)] };
                    values = Rows(values, oldIds, (int)(tensor.Count / tensor.Extents[0]));
                }

                writing.AddTensor(kept, values, FormatOf(kept, isTable, isByToken, options), parts.IsLinear(tensor.Name), parts.PartOf(tensor.Name));
            }

            report = writing.End(tensors.Sum(tensor => tensor.Count) * sizeof(float), tokenizer.VocabSize, source.Tokenizer.VocabSize);
        });
        return report!;
    }

    private static (ITokenizer Tokenizer, int[]? OldIds) TokenizerOf(ModelSource source, SparseFileOptions options)
    {
        if (options.KeepTokens is not { } tokens) return (source.Tokenizer, null);
        return source.Tokenizer is BertTokenizer bert ? bert.Keep(tokens)
            : throw new InputException($"{source.Name}: expected a BERT tokenizer, of which tokens can be left out, found another.");
    }

    // tokenizer.json and tokenizer_config.json say all; the other files repeat it.
    private static List<(string Name, byte[] Bytes)> TextsOf(ModelConfig config, ITokenizer tokenizer, SparseFileOptions options)
    {
        string folder = Directory.CreateTempSubdirectory("sprout-").FullName;
        try
        {
            config.Save(folder);
            tokenizer.Save(folder, config.MaxPositionEmbeddings);
            string[] names = [ModelConfig.FileName, TokenizerFiles.TokenizerJson, TokenizerFiles.Config];
            return [.. names.Select(name => (name, File.ReadAllBytes(Path.Combine(folder, name)))), .. options.Texts.Select(text => (text.Key, text.Value))];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static NumberFormat FormatOf(StoredTensor tensor, bool isTable, bool isByToken, SparseFileOptions options)
    {
        if (tensor.Extents.Count != 2) return options.Weights == NumberFormat.Fp32 ? NumberFormat.Fp32 : NumberFormat.Fp16;
        if (!isTable) return options.Weights;
        return options.Embeddings == NumberFormat.Int4 && !isByToken ? NumberFormat.Int8 : options.Embeddings;
    }

    private static float[] Rows(float[] values, int[] rows, int columns)
    {
        var chosen = new float[(long)rows.Length * columns];
        for (int i = 0; i < rows.Length; i++) values.AsSpan(rows[i] * columns, columns).CopyTo(chosen.AsSpan(i * columns));
        return chosen;
    }

    private enum Part
    {
        Encoder,
        Embeddings,
        Head,
        Tokenizer,
    }

    /// <summary>What the model says of its tensors.</summary>
    private sealed class PartNames
    {
        private readonly HashSet<string> tables, layers, linear;

        public PartNames(ModelSource source)
        {
            // Of a model that is never computed with, only names are needed, which take no memory.
            using var nowhere = new ReferenceBackend();
            using SequenceClassifier model = source.Config.CreateClassifier(nowhere, source.Config.NumLabels);
            tables = Stored(model.Encoder.EmbeddingParameters);
            layers = Stored(model.Encoder.Layers.SelectMany(layer => layer.Parameters()));
            linear = Stored(model.NamedModules().Select(named => named.Module).OfType<Autograd.Modules.Linear>().Select(layer => layer.Weight));

            HashSet<string> Stored(IEnumerable<Parameter> parameters) =>
                [.. parameters.Select(parameter => source.Find(parameter.Name, model.EncoderPrefix)?.Name).OfType<string>()];
        }

        public bool IsEmbedding(string tensor) => tables.Contains(tensor);

        public bool IsLinear(string tensor) => linear.Contains(tensor);

        public Part PartOf(string tensor) => tables.Contains(tensor) ? Part.Embeddings : layers.Contains(tensor) ? Part.Encoder : Part.Head;
    }

    /// <summary>A file under way.</summary>
    private sealed class Writing
    {
        private readonly Stream stream;
        private readonly List<SparseText> texts = [];
        private readonly List<SparseTensor> tensors = [];
        private readonly long[] bytes = new long[Enum.GetValues<Part>().Length];
        private long at;

        public Writing(Stream stream)
        {
            this.stream = stream;
            Write(new byte[SparseContainer.PreambleLength]);
        }

        public void AddText(string name, byte[] text)
        {
            byte[] packed = Packed(text, CompressionLevel.SmallestSize);
            // What shrinks more would pass for hostile.
            if (text.Length > SparseContainer.MostExpansion * packed.Length) packed = Packed(text, CompressionLevel.NoCompression);
            (long offset, long length, string hash) = AddSection(packed, Part.Tokenizer);
            texts.Add(new SparseText(name, offset, length, hash, text.Length));
        }

        public void AddTensor(StoredTensor tensor, float[] values, NumberFormat format, bool isLinear, Part part)
        {
            int columns = tensor.Extents.Count == 0 ? 1 : (int)tensor.Extents[^1];
            int? entries = null;
            byte[] coded;
            bool isSparse = isLinear && values.Length > 0 && values.AsSpan().Count(0f) >= (values.Length + 1) / 2;
            if (isSparse) (coded, entries) = TensorCoder.EncodeSparse(values, columns, format, tensor.Name);
            else coded = TensorCoder.EncodeDense(values, columns, format, tensor.Name);
            (long offset, long length, string hash) = AddSection(coded, part);
            tensors.Add(new SparseTensor(tensor, offset, length, hash, format, entries));
        }

        // The preamble comes last: until then the file is none.
        public SparseFileReport End(long dense, int tokens, int allTokens)
        {
            Align();
            byte[] header = Header(), preamble = new byte[SparseContainer.PreambleLength];
            long offset = at;
            Write(header);
            SparseContainer.Magic.CopyTo(preamble);
            BinaryPrimitives.WriteUInt32LittleEndian(preamble.AsSpan(8), SparseContainer.Version);
            BinaryPrimitives.WriteInt64LittleEndian(preamble.AsSpan(16), offset);
            BinaryPrimitives.WriteInt64LittleEndian(preamble.AsSpan(24), header.Length);
            SparseContainer.Checksum(preamble, header).CopyTo(preamble.AsSpan(SparseContainer.PreambleLength / 2));
            stream.Position = 0;
            stream.Write(preamble);
            return new SparseFileReport(
                bytes[(int)Part.Encoder], bytes[(int)Part.Embeddings], bytes[(int)Part.Head], bytes[(int)Part.Tokenizer], at, dense, tokens, allTokens);
        }

        private (long Offset, long Length, string Hash) AddSection(byte[] section, Part part)
        {
            Align();
            long offset = at;
            Write(section);
            bytes[(int)part] += section.Length;
            return (offset, section.Length, Convert.ToHexStringLower(SHA256.HashData(section)));
        }

        private void Align() => Write(new byte[SparseContainer.Aligned(at) - at]);

        private void Write(byte[] part)
        {
            stream.Write(part);
            at += part.Length;
        }

        private byte[] Header()
        {
            using var header = new MemoryStream();
            using (var json = new Utf8JsonWriter(header))
            {
                json.WriteStartObject();
                json.WriteStartArray("files");
                foreach (SparseText text in texts)
                {
                    json.WriteStartObject();
                    WriteSection(json, text);
                    json.WriteNumber("size", text.Size);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteStartArray("tensors");
                foreach (SparseTensor tensor in tensors)
                {
                    json.WriteStartObject();
                    WriteSection(json, tensor);
                    json.WriteStartArray("shape");
                    foreach (long extent in tensor.Tensor.Extents) json.WriteNumberValue(extent);
                    json.WriteEndArray();
                    json.WriteString("numbers", tensor.Format.ToString().ToLowerInvariant());
                    if (tensor.Entries is int entries) json.WriteNumber("entries", entries);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            return header.ToArray();
        }

        private static byte[] Packed(byte[] text, CompressionLevel level)
        {
            using var packed = new MemoryStream();
            using (var zlib = new ZLibStream(packed, level, leaveOpen: true)) zlib.Write(text);
            return packed.ToArray();
        }

        private static void WriteSection(Utf8JsonWriter json, SparseSection section)
        {
            json.WriteString("name", section.Name);
            json.WriteNumber("offset", section.Offset);
            json.WriteNumber("length", section.Length);
            json.WriteString("sha256", section.Sha256);
        }
    }
}
