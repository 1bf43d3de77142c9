// Keeps the weights of a model packed while it only answers.
using Sprout.Tensors;

namespace Sprout.Autograd.Modules;

/// <summary>
/// The weights of all linear layers below a module, W ⊙ M, packed for the forward passes of tapes that do not record, until this is disposed.
/// While it lives, no weight and no mask may change. Weights that were loaded as sparse matrices are packed already and stay as they are.
/// </summary>
public sealed class PackedWeights : IDisposable
{
    private readonly List<LinearWeight> weights;

    /// <summary>Packs them; takes about as long as reading every weight once, and as much memory as the weights on processors.</summary>
    /// <exception cref="InvalidOperationException">They are packed already.</exception>
    public PackedWeights(IBackend backend, Module model)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(model);
        weights = [.. model.NamedModules().Select(named => named.Module).OfType<Linear>().Select(layer => layer.Factor)
            .Where(weight => !weight.IsSparse)];
        if (weights.Any(weight => weight.Layout is not null))
            throw new InvalidOperationException("PackedWeights: the weights of this model are packed already.");
        try
        {
            foreach (LinearWeight weight in weights) weight.Layout = backend.Pack(weight.Parameter.Value, weight.Mask);
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
        // A layer that has become sparse meanwhile owns what it has.
        foreach (LinearWeight weight in weights.Where(weight => !weight.IsSparse))
        {
            weight.Layout?.Dispose();
            weight.Layout = null;
        }
    }
}
