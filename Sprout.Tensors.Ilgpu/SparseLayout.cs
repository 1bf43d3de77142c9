// A pruned weight on the device.
namespace Sprout.Tensors.Ilgpu;

/// <summary>W [N, K] as compressed sparse rows in the device's memory.</summary>
internal sealed class SparseLayout : WeightLayout
{
    /// <summary>Copies a weight to the device.</summary>
    public SparseLayout(IBackend backend, SparseMatrix w) : base(w.Shape)
    {
        RowStarts = IntTensor.From(backend, w.RowStarts.Span);
        Columns = IntTensor.From(backend, w.Columns.Span);
        Values = Tensor.From(backend, new Shape(w.Values.Length), w.Values.ToArray());
    }

    /// <summary>Where each row's entries begin, and at the end their number.</summary>
    public IntTensor RowStarts { get; }

    /// <summary>The column of each entry.</summary>
    public IntTensor Columns { get; }

    /// <summary>The entries.</summary>
    public Tensor Values { get; }

    /// <inheritdoc/>
    public override long Weights => Values.Count;

    /// <inheritdoc/>
    public override long Bytes => ((long)RowStarts.Length + Columns.Length + Values.Count) * sizeof(int);

    /// <inheritdoc/>
    public override void Dispose()
    {
        RowStarts.Dispose();
        Columns.Dispose();
        Values.Dispose();
    }
}
