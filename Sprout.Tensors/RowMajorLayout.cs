// A weight as it lies.
namespace Sprout.Tensors;

/// <summary>
/// W ⊙ M as an ordinary row-major matrix: W itself, which then has to live and stay as it is, or a masked copy. For devices whose products read it best so.
/// </summary>
public sealed class RowMajorLayout : WeightLayout
{
    private readonly bool owner;

    private RowMajorLayout(Tensor values, bool owner) : base(values.Shape)
    {
        Values = values;
        this.owner = owner;
    }

    /// <summary>The entries [N, K].</summary>
    public Tensor Values { get; }

    /// <inheritdoc/>
    public override long Bytes => Values.Count * sizeof(float);

    /// <summary>The layout of a weight: W itself without a mask, else a copy of W ⊙ M.</summary>
    public static RowMajorLayout Of(IBackend backend, Tensor w, Mask? mask)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(w);
        if (mask is null) return new RowMajorLayout(w, owner: false);
        Tensor masked = Tensor.Rent(backend, w.Shape);
        backend.ApplyMask(w, mask, masked);
        return new RowMajorLayout(masked, owner: true);
    }

    /// <summary>The layout of a weight that was never dense: all of it, zeros too.</summary>
    public static RowMajorLayout Of(IBackend backend, SparseMatrix w)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(w);
        var dense = new float[w.Shape.Count];
        w.CopyTo(dense);
        return new RowMajorLayout(Tensor.From(backend, w.Shape, dense), owner: true);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (owner) Values.Dispose();
    }
}
