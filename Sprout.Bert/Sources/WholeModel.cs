// A model that has lost heads and neurons, with zeros in their place.
using Sprout.Bert.Models;
using Sprout.Tensors;

namespace Sprout.Bert.Sources;

/// <summary>
/// The model of a source in layers of one size, as Hugging Face's tools and training know it: in every layer the heads and neurons that are left come first,
/// and what was removed is 0, its biases included. It computes what the source's model does. Gradients of those zeros are 0, so training leaves them.
/// </summary>
public sealed class WholeModel : ResizedModel
{
    // As many as a sparse model file may have: sizes that no tensor confirms are believed no further.
    private const long MostElementsPerByte = 1024;

    private WholeModel(ModelSource source) : base(source, source.Config with { SproutLayers = null })
    {
        long elements = Tensors.Sum(tensor => tensor.Count), most = MostElementsPerByte * source.BytesOnDisk;
        if (elements <= most) return;
        throw new InputException(
            $"{source.Name}: {ModelConfig.LayersKey}: expected a whole model that {source.BytesOnDisk} bytes can mean, of at most {most} elements, "
            + $"found {elements}.");
    }

    /// <summary>The whole model of a source: the source itself, unless heads or neurons were removed from it.</summary>
    /// <param name="source">The model; it stays its owner's.</param>
    /// <exception cref="InputException">The source's weights cannot be read, or the whole model would be many times as large as they can mean.</exception>
    public static ModelSource Of(ModelSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.Config.SproutLayers is null ? source : new WholeModel(source);
    }

    /// <inheritdoc/>
    protected override float[] Resize(StoredTensor tensor, int layer, string parameter)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        StoredTensor part = Source.Find(tensor.Name, encoderPrefix: "")!;
        float[] values = ReadSource(part);
        if (part.Count == tensor.Count) return values;
        var whole = new float[tensor.Count];
        int rows = part.Extents.Count == 1 ? 1 : (int)part.Extents[0], columns = (int)part.Extents[^1], stride = (int)tensor.Extents[^1];
        for (int row = 0; row < rows; row++) values.AsSpan(row * columns, columns).CopyTo(whole.AsSpan(row * stride));
        return whole;
    }
}
