// A model with other numbers of heads and neurons.
using Sprout.Autograd;
using Sprout.Bert.Models;
using Sprout.Bert.Tokenization;
using Sprout.Tensors;
using Sprout.Tensors.Reference;

namespace Sprout.Bert.Sources;

/// <summary>
/// The model of another source, whose encoder layers have other numbers of heads and neurons; tensors keep their names. What the tensors of a layer are then
/// is the derived class's part. The other source stays its owner's.
/// </summary>
public abstract class ResizedModel : StoredModel
{
    private readonly Dictionary<string, StoredTensor> byName;
    private readonly Dictionary<string, (int Layer, string Parameter)> places = new(StringComparer.Ordinal);
    private (string Name, float[] Values)? last;

    /// <summary>Takes the shapes of the layers' tensors from a configuration.</summary>
    /// <param name="source">The model.</param>
    /// <param name="config">Its configuration with other <see cref="ModelConfig.SproutLayers"/>.</param>
    /// <exception cref="InputException">The source's weights cannot be read.</exception>
    protected ResizedModel(ModelSource source, ModelConfig config)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(config);
        Source = source;
        Config = config;
        // Of a model that is never computed with, only names and shapes are needed, which take no memory.
        using var nowhere = new ReferenceBackend();
        using SequenceClassifier model = config.CreateClassifier(nowhere, config.NumLabels);
        byName = source.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        for (int i = 0; i < config.NumHiddenLayers; i++)
        {
            foreach (Parameter parameter in model.Encoder.Layers[i].Parameters())
            {
                if (source.Find(parameter.Name, model.EncoderPrefix) is not StoredTensor tensor) continue;
                Shape shape = parameter.Shape;
                byName[tensor.Name] = tensor with { Extents = [.. Enumerable.Range(0, shape.Rank).Select(dimension => (long)shape[dimension])] };
                places[tensor.Name] = (i, parameter.Name);
            }
        }

        Tensors = [.. source.Tensors.Select(tensor => byName[tensor.Name])];
    }

    /// <inheritdoc/>
    public override string Name => Source.Name;

    /// <inheritdoc/>
    public override ModelConfig Config { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<StoredTensor> Tensors { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> SettingsFiles => Source.SettingsFiles;

    /// <inheritdoc/>
    public override long BytesOnDisk => Source.BytesOnDisk;

    /// <summary>The other source.</summary>
    protected ModelSource Source { get; }

    /// <inheritdoc/>
    public override void Read(StoredTensor tensor, long offset, Span<float> values)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (!places.TryGetValue(tensor.Name, out (int Layer, string Parameter) place))
        {
            Source.Read(tensor, offset, values);
            return;
        }

        if (last?.Name != tensor.Name) last = (tensor.Name, Resize(byName[tensor.Name], place.Layer, place.Parameter));
        last.Value.Values.AsSpan((int)offset, values.Length).CopyTo(values);
    }

    /// <summary>The elements of a layer's tensor, row-major.</summary>
    /// <param name="tensor">The tensor here; the other source has one of this name.</param>
    /// <param name="layer">The layer, counted from 0.</param>
    /// <param name="parameter">The parameter's name in a model with a head.</param>
    /// <exception cref="InputException">The source's weights are damaged.</exception>
    protected abstract float[] Resize(StoredTensor tensor, int layer, string parameter);

    /// <summary>All elements of a tensor as it is in the other source.</summary>
    /// <exception cref="InputException">The source's weights are damaged.</exception>
    protected float[] ReadSource(StoredTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        var values = new float[tensor.Count];
        Source.Read(tensor, 0, values);
        return values;
    }

    /// <inheritdoc/>
    protected override ITokenizer ReadTokenizer() => Source.Tokenizer;

    /// <inheritdoc/>
    private protected override StoredTensor? Lookup(string name) => byName.GetValueOrDefault(name);

    /// <inheritdoc/>
    private protected override string PlaceOf(StoredTensor tensor) => Source.Name;

    /// <inheritdoc/>
    private protected override long LoadInto(StoredTensor tensor, Parameter parameter)
    {
        var values = new float[tensor.Count];
        Read(tensor, 0, values);
        parameter.Value.CopyFrom(values);
        return NotFiniteException.Count(values);
    }
}
