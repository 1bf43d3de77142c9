namespace Sprout.Tensors.Reference;

/// <summary>A weight of integers as it is.</summary>
internal sealed class QuantizedLayout(QuantizedMatrix matrix) : WeightLayout(matrix.Shape)
{
    /// <summary>The weight.</summary>
    public QuantizedMatrix Matrix => matrix;

    /// <inheritdoc/>
    public override long Bytes => matrix.Values.Length + ((long)sizeof(float) * matrix.Scales.Length);

    /// <inheritdoc/>
    public override void Dispose() { }
}
