// The extents of a tensor.
namespace Sprout.Tensors;

/// <summary>The extents of a dense row-major tensor of one to four dimensions; an extent may be 0.</summary>
public readonly record struct Shape
{
    private readonly int d0, d1, d2, d3;

    /// <summary>A shape from its extents, outermost first.</summary>
    /// <exception cref="ArgumentException">No extent, more than four, a negative one, or more elements or rows than can be counted.</exception>
    public Shape(params ReadOnlySpan<int> extents)
    {
        if (extents.Length is 0 or > 4) throw new ArgumentException($"A shape has 1 to 4 dimensions, not {extents.Length}.");
        foreach (int extent in extents)
            if (extent < 0) throw new ArgumentException($"An extent is at least 0, not {extent}.");
        Rank = extents.Length;
        d0 = extents[0];
        d1 = Rank > 1 ? extents[1] : 1;
        d2 = Rank > 2 ? extents[2] : 1;
        d3 = Rank > 3 ? extents[3] : 1;
        // Bytes of a tensor are counted with 63 bits, rows with 31.
        Int128 rows = Rank switch { 1 => 1, 2 => d0, 3 => (Int128)d0 * d1, _ => (Int128)d0 * d1 * d2 };
        if (rows > int.MaxValue || (Int128)d0 * d1 * d2 * d3 > long.MaxValue / sizeof(double))
            throw new ArgumentException($"A shape of {this} has too many elements.");
    }

    /// <summary>The number of dimensions.</summary>
    public int Rank { get; }

    /// <summary>The extent of one dimension, 0 being the outermost.</summary>
    public int this[int dimension] => dimension switch
    {
        0 when Rank > 0 => d0,
        1 when Rank > 1 => d1,
        2 when Rank > 2 => d2,
        3 when Rank > 3 => d3,
        _ => throw new ArgumentOutOfRangeException(nameof(dimension), $"{this} has no dimension {dimension}."),
    };

    /// <summary>The number of elements.</summary>
    public long Count => (long)d0 * d1 * d2 * d3;

    /// <summary>The innermost extent: the length of a row.</summary>
    public int Columns => this[Rank - 1];

    /// <summary>The product of all extents but the innermost: the number of rows.</summary>
    public int Rows => Rank switch { 1 => 1, 2 => d0, 3 => d0 * d1, _ => d0 * d1 * d2 };

    /// <summary>The extents in brackets, as in <c>[64, 768]</c>.</summary>
    public override string ToString() => Rank switch
    {
        1 => $"[{d0}]",
        2 => $"[{d0}, {d1}]",
        3 => $"[{d0}, {d1}, {d2}]",
        _ => $"[{d0}, {d1}, {d2}, {d3}]",
    };
}
