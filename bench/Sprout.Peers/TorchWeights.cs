// The weights that a model starts by.
using Sprout.Bert.Sources;
using static TorchSharp.torch;

namespace Sprout.Peers;

/// <summary>Reads tensors of a folder into libtorch, and lists what is trained.</summary>
internal sealed class TorchWeights(ModelSource source)
{
    private readonly Dictionary<string, StoredTensor> stored = source.Tensors.ToDictionary(one => one.Name, StringComparer.Ordinal);

    /// <summary>What is trained.</summary>
    public List<Trained> Trained { get; } = [];

    /// <summary>A tensor, not trained.</summary>
    public Tensor Read(string name)
    {
        StoredTensor found = stored[name];
        var values = new float[found.Count];
        source.Read(found, 0, values);
        return tensor(values, [.. found.Extents]);
    }

    /// <summary>A tensor that is trained or frozen.</summary>
    public Tensor Add(string name, bool frozen = false)
    {
        Tensor value = Read(name).requires_grad_(!frozen);
        if (!frozen) Trained.Add(Peers.Trained.Of(value));
        return value;
    }
}
