// A model without its empty neurons, in shapes that one configuration of Hugging Face can say.
using Sprout.Autograd.Modules;
using Sprout.Bert.Models;
using Sprout.Bert.Models.Architectures;
using Sprout.Bert.Sources;
using Sprout.Tensors;
using Sprout.Tensors.Reference;

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
        BertConfig config = source.Config as BertConfig
            ?? throw new InputException($"{source.Name}: expected a BERT, whose empty neurons can be removed, found \"{source.Config.ModelType}\".");
        // Of a model that is never computed with, only names and shapes are needed, which take no memory.
        using var nowhere = new ReferenceBackend();
        using SequenceClassifier model = config.CreateClassifier(nowhere, config.NumLabels);
        var layers = new Layers(source, config, model);
        int empty = 0, most = 1;
        for (int i = 0; i < config.NumHiddenLayers; i++)
        {
            CompactLayer layer = layers.Read(i);
            empty += config.NumAttentionHeads - layer.Heads.Count;
            most = Math.Max(most, layer.Neurons.Count);
        }

        int neurons = Math.Min(config.IntermediateSize, (most + multiple - 1) / multiple * multiple);
        var changed = new ChangedModel(source, config with { IntermediateSize = neurons }, layers.Changes(neurons));
        return new UniformModel(changed, config.NumHiddenLayers * config.NumAttentionHeads, empty, config.IntermediateSize, neurons);
    }

    /// <summary>Reads layers; the last one stays in memory.</summary>
    private sealed class Layers(ModelSource source, BertConfig config, SequenceClassifier model)
    {
        private (int Number, CompactLayer Layer)? last;

        public CompactLayer Read(int number)
        {
            if (last?.Number != number)
                last = (number, ExactRemoval.Read(source, model.Encoder.Layers[number], config.HiddenAct, model.EncoderPrefix));
            return last.Value.Layer;
        }

        public Dictionary<string, ChangedTensor> Changes(int neurons)
        {
            var changes = new Dictionary<string, ChangedTensor>(StringComparer.Ordinal);
            int hidden = config.HiddenSize;
            for (int i = 0; i < config.NumHiddenLayers; i++)
            {
                int number = i;
                AttentionMatrices attention = model.Encoder.Layers[i].Attention;
                (Linear first, Linear second) = model.Encoder.Layers[i].FeedForward;
                Add(attention.Query, hidden, hidden, () => Read(number).Query.AmongOutputs(RowsOf(number), hidden));
                Add(attention.Key, hidden, hidden, () => Read(number).Key.AmongOutputs(RowsOf(number), hidden));
                Add(attention.Value, hidden, hidden, () => Read(number).Value.AmongOutputs(RowsOf(number), hidden));
                Add(attention.Output, hidden, hidden, () => Read(number).Output.AmongInputs(RowsOf(number), hidden));
                Add(first, neurons, hidden, () => Read(number).First.AmongOutputs(NeuronsOf(number), neurons));
                Add(second, hidden, neurons, () => Read(number).Second.AmongInputs(NeuronsOf(number), neurons));
            }

            return changes;

            void Add(Linear layer, int outputs, int inputs, Func<LinearArrays> read)
            {
                changes[NameOf(layer.Weight)] = new ChangedTensor([outputs, inputs], () => read().Weight);
                changes[NameOf(layer.Bias)] = new ChangedTensor([outputs], () => read().Bias);
            }
        }

        private string NameOf(Autograd.Parameter parameter) => source.Find(parameter.Name, model.EncoderPrefix)!.Name;

        // Rows of query, key and value that the heads had which are left.
        private int[] RowsOf(int number)
        {
            CompactLayer layer = Read(number);
            return [.. layer.Heads.SelectMany(head => Enumerable.Range(head * layer.HeadSize, layer.HeadSize))];
        }

        private int[] NeuronsOf(int number) => [.. Enumerable.Range(0, Read(number).Neurons.Count)];
    }
}
