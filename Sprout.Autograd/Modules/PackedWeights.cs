// Keeps the weights of a model packed while it only answers.
using Sprout.Tensors;

namespace Sprout.Autograd.Modules;

/// <summary>
/// The weights of all linear layers below a module, W ⊙ M, packed for the forward passes of tapes that do not record, until this is disposed.
/// While it lives, no weight and no mask may change.
/// </summary>
public sealed class PackedWeights : IDisposable
{
    private readonly List<Linear> layers;

    /// <summary>Packs them; takes about as long as reading every weight once, and as much memory as the weights on processors.</summary>
    /// <exception cref="InvalidOperationException">They are packed already.</exception>
    public PackedWeights(IBackend backend, Module model)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(model);
        layers = [.. model.NamedModules().Select(named => named.Module).OfType<Linear>()];
        if (layers.Any(layer => layer.Packed is not null)) throw new InvalidOperationException("PackedWeights: the weights of this model are packed already.");
        try
        {
            foreach (Linear layer in layers) layer.Packed = backend.Pack(layer.Weight.Value, layer.Mask);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Gives the packed weights back.</summary>
    public void Dispose()
    {
        foreach (Linear layer in layers)
        {
            layer.Packed?.Dispose();
            layer.Packed = null;
        }
    }
}
