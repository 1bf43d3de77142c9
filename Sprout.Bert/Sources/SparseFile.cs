// A pruned model in one small file.
using System.Buffers;
using System.Text.Json.Nodes;
using Sprout.Autograd;
using Sprout.Bert.Files;
using Sprout.Bert.Models;
using Sprout.Bert.Tokenization;
using Sprout.Tensors;
using Sprout.Tensors.IO.Coding;

namespace Sprout.Bert.Sources;

/// <summary>
/// A file that <see cref="SparseFileWriter"/> has written: configuration, tokenizer and weights, of which pruned matrices lie by the entries that they have
/// kept. A model that only answers multiplies by these, and never has them dense. docs/sparse-format.md describes the file.
/// </summary>
public sealed class SparseFile : StoredModel
{
    private readonly string path;
    private readonly SparseContainer container;
    private readonly Dictionary<string, SparseTensor> byName;
    private (string Name, float[]? Dense, SparseMatrix? Sparse)? last;
    private bool isConfirmed;

    /// <summary>Opens a file, and reads what it says of sizes and its configuration; weights and tokenizer are read when they are asked for.</summary>
    /// <exception cref="InputException">It cannot be read, is none, of a later version, or damaged.</exception>
    public SparseFile(string path)
    {
        this.path = path;
        container = new SparseContainer(path);
        try
        {
            byName = container.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
            Config = ConfigFile.Of(ReadObject(ModelConfig.FileName) ?? throw Lacks(ModelConfig.FileName), $"{path}: {ModelConfig.FileName}");
        }
        catch
        {
            container.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override string Name => path;

    /// <inheritdoc/>
    public override ModelConfig Config { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<StoredTensor> Tensors
    {
        get
        {
            RequireConfirmed();
            return [.. container.Tensors.Select(tensor => tensor.Tensor)];
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> SettingsFiles => [path];

    /// <inheritdoc/>
    public override long BytesOnDisk => container.Length;

    /// <inheritdoc/>
    public override void Read(StoredTensor tensor, long offset, Span<float> values)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        SparseTensor section = SectionOf(tensor);
        if (last?.Name != tensor.Name) last = Decoded(section);
        if (last is (_, _, SparseMatrix sparse)) Expand(sparse, offset, values);
        else last!.Value.Dense!.AsSpan((int)offset, values.Length).CopyTo(values);
    }

    /// <summary>A JSON object that was written beside the model's own files, such as the options of its run; null when there is none of that name.</summary>
    /// <exception cref="InputException">It is damaged, or holds anything else.</exception>
    public JsonObject? ReadObject(string name) =>
        container.Text(name) is byte[] bytes ? JsonFile.ParseObject(InputFile.Inner(bytes, $"{path}: {name}").Span, $"{path}: {name}") : null;

    /// <inheritdoc/>
    public override void Dispose()
    {
        container.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override ITokenizer ReadTokenizer() =>
        BertTokenizer.Parse(Required(TokenizerFiles.TokenizerJson), Required(TokenizerFiles.Config), path);

    /// <inheritdoc/>
    private protected override StoredTensor? Lookup(string name)
    {
        RequireConfirmed();
        return byName.GetValueOrDefault(name)?.Tensor;
    }

    /// <inheritdoc/>
    private protected override string PlaceOf(StoredTensor tensor) => path;

    /// <inheritdoc/>
    private protected override SparseMatrix? ReadSparse(StoredTensor tensor) => SectionOf(tensor) is { Entries: int } section ? Sparse(section) : null;

    /// <inheritdoc/>
    private protected override QuantizedMatrix? ReadQuantized(StoredTensor tensor) => SectionOf(tensor) is { Activations: NumberFormat.Int8 } section
        ? TensorCoder.DecodeQuantized(container.Bytes(section), ShapeOf(section), section.Entries, NameOf(section))
        : null;

    /// <inheritdoc/>
    private protected override unsafe long LoadInto(StoredTensor tensor, Parameter parameter)
    {
        SparseTensor section = SectionOf(tensor);
        // Straight into memory that the processor can address.
        float[] buffer = parameter.Value.Pointer is null ? ArrayPool<float>.Shared.Rent((int)tensor.Count) : [];
        try
        {
            Span<float> values = buffer.Length > 0 ? buffer.AsSpan(0, (int)tensor.Count) : new Span<float>(parameter.Value.Pointer, (int)tensor.Count);
            if (section.Entries is null) TensorCoder.DecodeDense(container.Bytes(section), section.Columns, section.Format, values, NameOf(section));
            else Sparse(section).CopyTo(values);
            if (buffer.Length > 0) parameter.Value.CopyFrom(values);
            return NotFiniteException.Count(values);
        }
        finally
        {
            if (buffer.Length > 0) ArrayPool<float>.Shared.Return(buffer);
        }
    }

    private static void Expand(SparseMatrix matrix, long offset, Span<float> values)
    {
        values.Clear();
        int columns = matrix.Shape[1];
        long end = offset + values.Length;
        ReadOnlySpan<int> starts = matrix.RowStarts.Span, places = matrix.Columns.Span;
        ReadOnlySpan<float> entries = matrix.Values.Span;
        for (long row = columns == 0 ? matrix.Shape[0] : offset / columns; row * columns < end && row < matrix.Shape[0]; row++)
        {
            for (int i = starts[(int)row]; i < starts[(int)row + 1]; i++)
            {
                long at = (row * columns) + places[i];
                if (at >= offset && at < end) values[(int)(at - offset)] = entries[i];
            }
        }
    }

    private (string Name, float[]? Dense, SparseMatrix? Sparse) Decoded(SparseTensor section)
    {
        if (section.Entries is not null) return (section.Name, null, Sparse(section));
        var values = new float[section.Tensor.Count];
        TensorCoder.DecodeDense(container.Bytes(section), section.Columns, section.Format, values, NameOf(section));
        return (section.Name, values, null);
    }

    private SparseMatrix Sparse(SparseTensor section) =>
        TensorCoder.DecodeSparse(container.Bytes(section), ShapeOf(section), section.Format, section.Entries!.Value, NameOf(section));

    private static Shape ShapeOf(SparseTensor section) => new((int)section.Tensor.Extents[0], section.Columns);

    private string NameOf(SparseTensor section) => $"{path}: tensor {InputFile.Quote(section.Name)}";

    private SparseTensor SectionOf(StoredTensor tensor) =>
        byName.GetValueOrDefault(tensor.Name) ?? throw new ArgumentException($"{path} has no tensor \"{tensor.Name}\".");

    private byte[] Required(string name) => container.Text(name) ?? throw Lacks(name);

    private InputException Lacks(string name) => new($"{path}: expected {name} in the file, found none.");

    private void RequireConfirmed()
    {
        if (isConfirmed) return;
        RequireEncoder(name => byName.GetValueOrDefault(name)?.Tensor, PlaceOf);
        isConfirmed = true;
    }
}
