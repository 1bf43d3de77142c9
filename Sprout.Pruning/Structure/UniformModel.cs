// A model without its empty neurons, in shapes that one configuration of Hugging Face can say.
using Sprout.Bert.Models;
using Sprout.Bert.Models.Architectures;
using Sprout.Bert.Sources;
using Sprout.Tensors;

namespace Sprout.Pruning.Structure;

/// <summary>
/// A BERT without its empty heads and neurons (<see cref="ExactRemoval"/>), which computes the same but for rounding. A configuration has one number of neurons
/// for all layers, so each has as many as the layer that has kept most: what is missing there are neurons of zeros, which add nothing. It has one number of
/// heads too, whose width follows from it, so empty heads stay in their places, as zeros.
/// </summary>
/// <param name="Model">The model, which reads from the source.</param>
/// <param name="Heads">Heads of all layers.</param>
/// <param name="EmptyHeads">Those that are empty, and 0 now.</param>
/// <param name="NeuronsBefore">Neurons of a layer before.</param>
/// <param name="Neurons">Neurons of a layer now.</param>
public sealed record UniformModel(ModelSource Model, int Heads, int EmptyHeads, int NeuronsBefore, int Neurons)
{
    /// <summary>Makes a model compact; reads all layers once, to count.</summary>
    /// <param name="source">The model, which stays the caller's.</param>
    /// <param name="multiple">The number of neurons is rounded up to a multiple of this, unless there were fewer.</param>
    /// <exception cref="InputException">The model is no BERT, or a tensor is missing, damaged or of another shape.</exception>
    /// <exception cref="NotFiniteException">A weight is not finite.</exception>
    public static UniformModel Of(ModelSource source, int multiple = 1)
    {
        ArgumentNullException.ThrowIfNull(source);
        // What is gone already comes back as zeros first.
        source = WholeModel.Of(source);
        var layers = new CompactLayers(source);
        BertConfig config = layers.Config;
        int empty = 0, most = 1;
        for (int i = 0; i < config.NumHiddenLayers; i++)
        {
            CompactLayer layer = layers.Read(i);
            empty += config.NumAttentionHeads - layer.Heads.Count;
            most = Math.Max(most, layer.Neurons.Count);
        }

        int neurons = Math.Min(config.IntermediateSize, (most + multiple - 1) / multiple * multiple);
        var size = new LayerSize(config.NumAttentionHeads, neurons);
        Dictionary<string, ChangedTensor> changes = layers.Changes(_ => size, (layer, matrix) => Place(layer, matrix, config.HiddenSize, neurons));
        var changed = new ChangedModel(source, config with { IntermediateSize = neurons }, changes);
        return new UniformModel(changed, config.NumHiddenLayers * config.NumAttentionHeads, empty, config.IntermediateSize, neurons);
    }

    // Heads in the places that they had, neurons one after the other.
    private static LinearArrays Place(CompactLayer layer, int matrix, int hidden, int neurons)
    {
        LinearArrays arrays = layer.Prunable[matrix];
        int[] heads = [.. layer.Heads.SelectMany(head => Enumerable.Range(head * layer.HeadSize, layer.HeadSize))];
        int[] first = [.. Enumerable.Range(0, layer.Neurons.Count)];
        return matrix switch
        {
            < 3 => arrays.AmongOutputs(heads, hidden),
            3 => arrays.AmongInputs(heads, hidden),
            4 => arrays.AmongOutputs(first, neurons),
            _ => arrays.AmongInputs(first, neurons),
        };
    }
}
