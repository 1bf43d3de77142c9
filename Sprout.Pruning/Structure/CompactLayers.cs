// The layers of a model without their empty heads and neurons, in the places of its own.
using Sprout.Autograd;
using Sprout.Autograd.Modules;
using Sprout.Bert.Models;
using Sprout.Bert.Models.Architectures;
using Sprout.Bert.Sources;
using Sprout.Tensors;
using Sprout.Tensors.Reference;

namespace Sprout.Pruning.Structure;

/// <summary>Reads the layers of a BERT by <see cref="ExactRemoval"/>; the last one stays in memory, because its tensors are asked for in turn.</summary>
internal sealed class CompactLayers
{
    private readonly ModelSource source;
    private readonly IReadOnlyList<EncoderLayer> layers;
    private readonly string prefix;
    private (int Number, CompactLayer Layer)? last;

    /// <summary>Takes the structure from the configuration; reads no weight.</summary>
    /// <param name="source">The model, which stays the caller's.</param>
    /// <exception cref="InputException">It is no BERT.</exception>
    public CompactLayers(ModelSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        this.source = source;
        Config = source.Config as BertConfig
            ?? throw new InputException($"{source.Name}: expected a BERT, of which heads and neurons can be removed, found \"{source.Config.ModelType}\".");
        // Of a model that is never computed with, only names and shapes are needed, which take no memory.
        using var nowhere = new ReferenceBackend();
        using SequenceClassifier model = Config.CreateClassifier(nowhere, Config.NumLabels);
        (layers, prefix) = (model.Encoder.Layers, model.EncoderPrefix);
    }

    /// <summary>The model's configuration.</summary>
    public BertConfig Config { get; }

    /// <summary>A layer.</summary>
    /// <exception cref="InputException">A tensor is missing, damaged or of another shape.</exception>
    /// <exception cref="NotFiniteException">A weight is not finite.</exception>
    public CompactLayer Read(int number)
    {
        if (last?.Number != number) last = (number, ExactRemoval.Read(source, layers[number], Config.HiddenAct, prefix));
        return last.Value.Layer;
    }

    /// <summary>The layers' tensors, by the names of the source's, read when they are asked for.</summary>
    /// <param name="sizeOf">The heads and neurons that a layer is to have.</param>
    /// <param name="place">The matrix of that size that stands for one of a layer; its number is the place in <see cref="EncoderLayer.Prunable"/>.</param>
    public Dictionary<string, ChangedTensor> Changes(Func<int, LayerSize> sizeOf, Func<CompactLayer, int, LinearArrays> place)
    {
        var changes = new Dictionary<string, ChangedTensor>(StringComparer.Ordinal);
        int hidden = Config.HiddenSize;
        for (int i = 0; i < layers.Count; i++)
        {
            (int width, int neurons) = (sizeOf(i).Heads * Config.HeadSize, sizeOf(i).Neurons);
            (int Outputs, int Inputs)[] shapes = [(width, hidden), (width, hidden), (width, hidden), (hidden, width), (neurons, hidden), (hidden, neurons)];
            foreach (((int outputs, int inputs), int number) in shapes.Select((shape, number) => (shape, number)))
            {
                (Linear matrix, int layer) = (layers[i].Prunable[number], i);
                changes[NameOf(matrix.Weight)] = new ChangedTensor([outputs, inputs], () => place(Read(layer), number).Weight);
                changes[NameOf(matrix.Bias)] = new ChangedTensor([outputs], () => place(Read(layer), number).Bias);
            }
        }

        return changes;
    }

    private string NameOf(Parameter parameter) => source.Find(parameter.Name, prefix)!.Name;
}
