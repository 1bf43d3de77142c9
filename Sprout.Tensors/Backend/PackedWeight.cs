// A weight made ready for many products.
namespace Sprout.Tensors;

/// <summary>
/// A weight W ⊙ M in the layout in which its device multiplies by it fastest, made by <see cref="IBackend.Pack"/>. It serves as long as the weight and its mask live and do not
/// change: a device to which W as it lies is best keeps no copy.
/// </summary>
public sealed class PackedWeight : IDisposable
{
    private readonly bool owner;

    /// <summary>For backends: a layout of their own.</summary>
    /// <param name="shape">The extents of the weight, [N, K].</param>
    /// <param name="values">Its entries, however they lie.</param>
    /// <param name="owner">Whether <paramref name="values"/> end with this object.</param>
    public PackedWeight(Shape shape, Tensor values, bool owner)
    {
        Shape = shape;
        Values = values;
        this.owner = owner;
    }

    /// <summary>The extents of the weight, [N, K].</summary>
    public Shape Shape { get; }

    /// <summary>The entries, in the backend's layout.</summary>
    public Tensor Values { get; }

    /// <summary>W ⊙ M as an ordinary matrix: W itself, or a masked copy.</summary>
    public static PackedWeight AsMatrix(IBackend backend, Tensor w, Mask? mask)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(w);
        if (mask is null) return new PackedWeight(w.Shape, w, owner: false);
        Tensor masked = Tensor.Rent(backend, w.Shape);
        backend.ApplyMask(w, mask, masked);
        return new PackedWeight(w.Shape, masked, owner: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (owner) Values.Dispose();
    }
}
