// A weight of small integers.
namespace Sprout.Tensors;

/// <summary>
/// W [N, K] of 8-bit integers, each row with a scale: W[n, k] = Scales[n] · Values[n, k]. It lies in host memory, zeros too, and is what sources of models hand
/// to <see cref="IBackend.PackQuantized"/>.
/// </summary>
public sealed class QuantizedMatrix
{
    /// <summary>Columns that a matrix may have: sums of as many products of 7-bit and 8-bit integers fit 32 bits.</summary>
    public const int MostColumns = int.MaxValue / (128 * Ops.RowQuantization.Largest);

    /// <summary>A matrix of the given parts, which it keeps and nobody may change.</summary>
    /// <param name="shape">[N, K].</param>
    /// <param name="values">N · K integers, row-major.</param>
    /// <param name="scales">N numbers.</param>
    /// <exception cref="ArgumentException">The parts do not fit the shape, or it has more than <see cref="MostColumns"/> columns.</exception>
    public QuantizedMatrix(Shape shape, sbyte[] values, float[] scales)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(scales);
        if (shape.Rank != 2 || shape[1] > MostColumns)
            throw new ArgumentException($"QuantizedMatrix: expected a shape [N, K] with K up to {MostColumns}, found {shape}.");
        if (values.Length != shape.Count || scales.Length != shape[0])
            throw new ArgumentException($"QuantizedMatrix {shape}: found {values.Length} integers and {scales.Length} scales.");
        (Shape, Values, Scales) = (shape, values, scales);
    }

    /// <summary>[N, K].</summary>
    public Shape Shape { get; }

    /// <summary>The integers, row-major.</summary>
    public ReadOnlyMemory<sbyte> Values { get; }

    /// <summary>The scale of each row.</summary>
    public ReadOnlyMemory<float> Scales { get; }
}
