// A model of which some tensors are others.
using Sprout.Autograd;
using Sprout.Bert.Models;
using Sprout.Bert.Tokenization;
using Sprout.Tensors;

namespace Sprout.Bert.Sources;

/// <summary>What stands in a tensor's place.</summary>
/// <param name="Extents">Its extents, outermost first.</param>
/// <param name="Values">Makes its elements, in row-major order; asked whenever they are wanted.</param>
public sealed record ChangedTensor(IReadOnlyList<long> Extents, Func<float[]> Values);

/// <summary>
/// The model of another source, which it does not own, with other values in the place of some tensors. One changed tensor is in memory at a time.
/// </summary>
public sealed class ChangedModel : StoredModel
{
    private readonly ModelSource source;
    private readonly IReadOnlyDictionary<string, ChangedTensor> changes;
    private readonly Dictionary<string, StoredTensor> byName;
    private (string Name, float[] Values)? last;

    /// <summary>Changes a model.</summary>
    /// <param name="source">The model.</param>
    /// <param name="config">Sizes and settings after the change.</param>
    /// <param name="changes">What changes, by the names of the source's tensors.</param>
    public ChangedModel(ModelSource source, ModelConfig config, IReadOnlyDictionary<string, ChangedTensor> changes)
    {
        ArgumentNullException.ThrowIfNull(source);
        this.source = source;
        this.changes = changes;
        Config = config;
        Tensors = [.. source.Tensors.Select(tensor => changes.TryGetValue(tensor.Name, out ChangedTensor? change)
            ? tensor with { Extents = change.Extents } : tensor)];
        byName = Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public override string Name => source.Name;

    /// <inheritdoc/>
    public override ModelConfig Config { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<StoredTensor> Tensors { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> SettingsFiles => source.SettingsFiles;

    /// <inheritdoc/>
    public override long BytesOnDisk => source.BytesOnDisk;

    /// <inheritdoc/>
    public override void Read(StoredTensor tensor, long offset, Span<float> values)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (!changes.TryGetValue(tensor.Name, out ChangedTensor? change))
        {
            source.Read(tensor, offset, values);
            return;
        }

        if (last?.Name != tensor.Name) last = (tensor.Name, change.Values());
        last.Value.Values.AsSpan((int)offset, values.Length).CopyTo(values);
    }

    /// <inheritdoc/>
    protected override ITokenizer ReadTokenizer() => source.Tokenizer;

    /// <inheritdoc/>
    private protected override StoredTensor? Lookup(string name) => byName.GetValueOrDefault(name);

    /// <inheritdoc/>
    private protected override string PlaceOf(StoredTensor tensor) => source.Name;

    /// <inheritdoc/>
    private protected override long LoadInto(StoredTensor tensor, Parameter parameter)
    {
        var values = new float[tensor.Count];
        Read(tensor, 0, values);
        parameter.Value.CopyFrom(values);
        return NotFiniteException.Count(values);
    }
}
