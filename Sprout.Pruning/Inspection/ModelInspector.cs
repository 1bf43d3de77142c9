// Counts what a model holds.
using Sprout.Autograd;
using Sprout.Bert.Models;
using Sprout.Bert.Sources;
using Sprout.Pruning.Structure;
using Sprout.Tensors;
using Sprout.Tensors.Reference;

namespace Sprout.Pruning.Inspection;

/// <summary>
/// Counts what a model holds: parameters, non-zeros, empty heads and neurons. Reads one tensor at a time; the model itself says which tensor is what.
/// </summary>
public static class ModelInspector
{
    private const string WeightSuffix = ".weight";

    /// <summary>Inspects the model at a path.</summary>
    /// <exception cref="InputException">A file cannot be read, or the encoder that the configuration describes is not complete.</exception>
    /// <exception cref="NotFiniteException">A weight is not finite.</exception>
    public static ModelCost Inspect(string path)
    {
        using ModelSource source = ModelSource.Open(path);
        return Inspect(source);
    }

    /// <summary>Inspects a model, whatever head it has.</summary>
    /// <exception cref="InputException">A tensor cannot be read, or the encoder that the configuration describes is not complete.</exception>
    /// <exception cref="NotFiniteException">A weight is not finite.</exception>
    public static ModelCost Inspect(ModelSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        // Of a model that is never computed with, only names and shapes are needed, which take no memory.
        using var nowhere = new ReferenceBackend();
        using SequenceClassifier model = source.Config.CreateClassifier(nowhere, source.Config.NumLabels);
        var parameterOf = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Parameter parameter in model.Parameters())
            if (source.Find(parameter.Name, model.EncoderPrefix) is StoredTensor stored) parameterOf[stored.Name] = parameter.Name;
        IEnumerable<(string Name, int[] Extents, float[] Values)> tensors = source.Tensors.Select(tensor =>
        {
            var values = new float[tensor.Count];
            source.Read(tensor, 0, values);
            NotFiniteException.RequireNone(source.Name, tensor.Name, NotFiniteException.Count(values), tensor.Count);
            return (parameterOf.GetValueOrDefault(tensor.Name, tensor.Name), tensor.Extents.Select(extent => checked((int)extent)).ToArray(), values);
        });
        return Inspect(source.Name, model, tensors, source.BytesOnDisk);
    }

    /// <summary>Inspects a model in memory, without regard to masks in its layers.</summary>
    public static ModelCost Inspect(TaskModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Inspect(model.Architecture, model, model.Parameters().Select(Read), null);
    }

    private static (string Name, int[] Extents, float[] Values) Read(Parameter parameter) =>
        (parameter.Name, parameter.Shape.Rank == 1 ? [parameter.Shape[0]] : [parameter.Shape[0], parameter.Shape[1]], parameter.Value.ToArray());

    private static ModelCost Inspect(string source, TaskModel model, IEnumerable<(string Name, int[] Extents, float[] Values)> tensors, long? bytes)
    {
        HashSet<string> embedding = Names(model.Encoder.EmbeddingParameters), inLayers = Names(model.Encoder.Layers.SelectMany(layer => layer.Parameters()));
        HashSet<string> prunable = Names(model.Encoder.Layers.SelectMany(layer => layer.Prunable).Select(matrix => matrix.Weight));
        long parameters = 0, nonZeros = 0, embeddings = 0, encoder = 0, weights = 0;
        var matrices = new List<MatrixCost>();
        var found = new Dictionary<string, ZeroLines>(StringComparer.Ordinal);
        foreach ((string name, int[] extents, float[] values) in tensors)
        {
            long kept = values.LongLength - values.AsSpan().Count(0f);
            parameters += values.LongLength;
            nonZeros += kept;
            if (inLayers.Contains(name)) encoder += values.LongLength;
            if (embedding.Contains(name)) embeddings += values.LongLength;
            if (prunable.Contains(name)) weights += values.LongLength;
            if (extents.Length == 2)
            {
                string module = name.EndsWith(WeightSuffix, StringComparison.Ordinal) ? name[..^WeightSuffix.Length] : name;
                matrices.Add(new MatrixCost(module, extents[0], extents[1], kept, prunable.Contains(name)));
            }

            if (inLayers.Contains(name) && extents.Length is 1 or 2) found[name] = ZeroLines.Of(values, extents);
        }

        LayerCost[] layers = [.. model.Encoder.Layers.Select(layer => LayerInspector.Inspect(source, layer, found))];
        return new ModelCost(parameters, nonZeros, embeddings, encoder, encoder - weights, bytes, matrices, layers)
        {
            RemovedHeads = model.Config.RemovedHeads, RemovedNeurons = model.Config.RemovedNeurons,
        };
    }

    private static HashSet<string> Names(IEnumerable<Parameter> parameters) => [.. parameters.Select(parameter => parameter.Name)];
}
