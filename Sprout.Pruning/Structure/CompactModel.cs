// A model without its empty heads and neurons.
using Sprout.Autograd.Modules;
using Sprout.Bert.Models;
using Sprout.Bert.Models.Architectures;
using Sprout.Bert.Sources;
using Sprout.Tensors;
using Sprout.Tensors.Reference;

namespace Sprout.Pruning.Structure;

/// <summary>
/// The model of a source without its empty heads and neurons (<see cref="ExactRemoval"/>): every layer has its own numbers of them, which
/// <see cref="ModelConfig.SproutLayers"/> tells, and may have none. It computes what the source's model does, but for rounding. Of a model without empty ones
/// every tensor and the configuration are the source's.
/// </summary>
public sealed class CompactModel : ResizedModel
{
    private readonly ReferenceBackend nowhere = new();
    private readonly SequenceClassifier structure;
    private readonly HiddenActivation activation;
    private (int Layer, Dictionary<string, float[]> Arrays)? last;

    /// <summary>Looks for empty heads and neurons; reads the layers.</summary>
    /// <param name="source">The model; it stays its owner's.</param>
    /// <exception cref="InputException">The model is no BERT, or its weights cannot be read.</exception>
    /// <exception cref="NotFiniteException">A weight of a layer is not finite.</exception>
    public CompactModel(ModelSource source) : base(source, Smaller(source))
    {
        structure = source.Config.CreateClassifier(nowhere, source.Config.NumLabels);
        activation = ((BertConfig)source.Config).HiddenAct;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        structure.Dispose();
        nowhere.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override float[] Resize(StoredTensor tensor, int layer, string parameter)
    {
        if (last?.Layer != layer) last = (layer, Arrays(structure.Encoder.Layers[layer]));
        return last.Value.Arrays.GetValueOrDefault(parameter) ?? ReadSource(tensor);
    }

    private static BertConfig Smaller(ModelSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.Config is not BertConfig config)
            throw new InputException($"{source.Name}: expected a BERT, of which heads and neurons can be removed, found \"{source.Config.ModelType}\".");
        using var nowhere = new ReferenceBackend();
        using SequenceClassifier model = config.CreateClassifier(nowhere, config.NumLabels);
        LayerSize[] sizes =
        [
            .. model.Encoder.Layers.Select(layer => ExactRemoval.Read(source, layer, config.HiddenAct, model.EncoderPrefix))
                .Select(layer => new LayerSize(layer.Heads.Count, layer.Neurons.Count)),
        ];
        var whole = new LayerSize(config.NumAttentionHeads, config.IntermediateSize);
        return config with { SproutLayers = sizes.All(size => size == whole) ? null : sizes };
    }

    // By the parameters' names.
    private Dictionary<string, float[]> Arrays(EncoderLayer layer)
    {
        CompactLayer compact = ExactRemoval.Read(Source, layer, activation, structure.EncoderPrefix);
        LinearArrays[] matrices = [compact.Query, compact.Key, compact.Value, compact.Output, compact.First, compact.Second];
        var arrays = new Dictionary<string, float[]>(StringComparer.Ordinal);
        foreach ((Linear linear, LinearArrays left) in layer.Prunable.Zip(matrices))
        {
            arrays[linear.Weight.Name] = left.Weight;
            arrays[linear.Bias.Name] = left.Bias;
        }

        return arrays;
    }
}
