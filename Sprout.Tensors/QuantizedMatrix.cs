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

    /// <summary>
    /// Whether products in integers are faster than the fastest in single precision, by the blocks that are not all zeros and what kernels cost
    /// (<see cref="ProductCosts"/>): so it is while most of the weight is left, or where whole blocks of 16 outputs and 4 inputs have gone.
    /// </summary>
    public bool PaysInIntegers
    {
        get
        {
            long entries = Values.Length - Values.Span.Count((sbyte)0);
            double floats = Math.Min(Shape.Count, Math.Min(entries * ProductCosts.OfEntry, Kept(inputs: 1) * ProductCosts.InBlock));
            return Kept(inputs: 4) * ProductCosts.OfInteger < floats;
        }
    }

    // The weights in blocks of 16 outputs and so many inputs that are not all zeros.
    private long Kept(int inputs)
    {
        const int outputs = 16;
        int columns = Shape[1];
        var isKept = new bool[(columns + inputs - 1) / inputs];
        long kept = 0;
        for (int row = 0; row < Shape[0]; row++)
        {
            ReadOnlySpan<sbyte> values = Values.Span.Slice(row * columns, columns);
            for (int column = 0; column < columns; column++) isKept[column / inputs] |= values[column] != 0;
            if ((row + 1) % outputs != 0 && row + 1 < Shape[0]) continue;
            kept += isKept.Count(block => block) * (long)(outputs * inputs);
            Array.Clear(isKept);
        }

        return kept;
    }
}
