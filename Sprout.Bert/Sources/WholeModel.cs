// A model that has lost heads and neurons, with zeros in their place.
using Sprout.Autograd;
using Sprout.Bert.Models;
using Sprout.Tensors;
using Sprout.Tensors.Reference;

namespace Sprout.Bert.Sources;

/// <summary>
/// The model of a source in layers of one size, as Hugging Face's tools and training know it: in every layer the heads and neurons that are left come first,
/// and what was removed is 0, its biases included. It computes what the source's model does. Gradients of those zeros are 0, so training leaves them.
/// </summary>
public static class WholeModel
{
    // As many as a sparse model file may have: sizes that no tensor confirms are believed no further.
    private const long MostElementsPerByte = 1024;

    /// <summary>The whole model of a source: the source itself, unless heads or neurons were removed from it.</summary>
    /// <param name="source">The model; it stays its owner's.</param>
    /// <exception cref="InputException">The source's weights cannot be read, or the whole model would be many times as large as they can mean.</exception>
    public static ModelSource Of(ModelSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.Config.SproutLayers is null) return source;
        ModelConfig config = source.Config with { SproutLayers = null };
        var whole = new ChangedModel(source, config, Changes(source, config));
        long elements = whole.Tensors.Sum(tensor => tensor.Count), most = MostElementsPerByte * source.BytesOnDisk;
        if (elements <= most) return whole;
        throw new InputException(
            $"{source.Name}: {ModelConfig.LayersKey}: expected a whole model that {source.BytesOnDisk} bytes can mean, of at most {most} elements, "
            + $"found {elements}.");
    }

    private static Dictionary<string, ChangedTensor> Changes(ModelSource source, ModelConfig config)
    {
        // Of a model that is never computed with, only names and shapes are needed, which take no memory.
        using var nowhere = new ReferenceBackend();
        using SequenceClassifier model = config.CreateClassifier(nowhere, config.NumLabels);
        var changes = new Dictionary<string, ChangedTensor>(StringComparer.Ordinal);
        foreach (Parameter parameter in model.Encoder.Layers.SelectMany(layer => layer.Parameters()))
        {
            if (source.Find(parameter.Name, model.EncoderPrefix) is not StoredTensor part) continue;
            long[] extents = [.. Enumerable.Range(0, parameter.Shape.Rank).Select(dimension => (long)parameter.Shape[dimension])];
            if (!part.Extents.SequenceEqual(extents)) changes[part.Name] = new ChangedTensor(extents, () => WithZeros(source, part, extents));
        }

        return changes;
    }

    // What is left first, zeros behind it.
    private static float[] WithZeros(ModelSource source, StoredTensor part, long[] extents)
    {
        var values = new float[part.Count];
        source.Read(part, 0, values);
        var whole = new float[extents.Aggregate(1L, (product, extent) => product * extent)];
        int rows = part.Extents.Count == 1 ? 1 : (int)part.Extents[0], columns = (int)part.Extents[^1], stride = (int)extents[^1];
        for (int row = 0; row < rows; row++) values.AsSpan(row * columns, columns).CopyTo(whole.AsSpan(row * stride));
        return whole;
    }
}
