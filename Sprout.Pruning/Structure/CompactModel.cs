// A model without its empty heads and neurons.
using Sprout.Bert.Models;
using Sprout.Bert.Sources;
using Sprout.Tensors;

namespace Sprout.Pruning.Structure;

/// <summary>
/// A BERT without its empty heads and neurons (<see cref="ExactRemoval"/>): every layer has its own numbers of them, which
/// <see cref="ModelConfig.SproutLayers"/> tells, and may have none. It computes what the source's model does, but for rounding.
/// </summary>
public static class CompactModel
{
    /// <summary>Looks for empty heads and neurons; reads the layers. Where there are none, the model is the source itself.</summary>
    /// <param name="source">The model; it stays its owner's.</param>
    /// <exception cref="InputException">The model is no BERT, or its weights cannot be read.</exception>
    /// <exception cref="NotFiniteException">A weight of a layer is not finite.</exception>
    public static ModelSource Of(ModelSource source)
    {
        var layers = new CompactLayers(source);
        LayerSize[] sizes =
        [
            .. Enumerable.Range(0, layers.Config.NumHiddenLayers).Select(layers.Read).Select(layer => new LayerSize(layer.Heads.Count, layer.Neurons.Count)),
        ];
        if (sizes.Index().All(layer => layer.Item == layers.Config.SizeOf(layer.Index))) return source;
        return new ChangedModel(source, layers.Config with { SproutLayers = sizes }, layers.Changes(i => sizes[i], (layer, matrix) => layer.Prunable[matrix]));
    }
}
