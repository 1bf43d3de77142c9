// Activations as small integers.
namespace Sprout.Tensors.Ops;

/// <summary>
/// How a row x of activations becomes integers of 7 bits: x ≈ Scale · (q − Zero), with q = round(x ÷ Scale) + Zero in 0 to 127, ties to even. The range is
/// that of the row and of 0, which is exact; any other value is off by half a scale at most. 7 bits, because then the sum of two products with 8-bit weights
/// fits 16 bits, in which processors add them. Of a row that is not finite the scale is NaN, and so is whatever is computed with it.
/// </summary>
public readonly struct RowQuantization
{
    /// <summary>The largest integer.</summary>
    public const int Largest = 127;

    // The smallest normal float: its inverse is finite, and a row of zeros has a scale.
    private const float SmallestScale = 1.17549435e-38f;

    // Adding 1.5 · 2²³ leaves no room for a fraction: rounds what is far below 2²², ties to even, on every device.
    private const float Rounder = 12582912f;

    /// <summary>The quantisation of a row.</summary>
    /// <param name="smallest">The smallest value of the row and 0.</param>
    /// <param name="largest">The largest value of the row and 0.</param>
    /// <param name="check">0; NaN when a value is not finite.</param>
    public RowQuantization(float smallest, float largest, float check)
    {
        // Divided first, so that the difference of finite values is finite.
        float scale = (largest / Largest) - (smallest / Largest);
        if (SmallestScale > scale) scale = SmallestScale;
        Inverse = 1f / scale;
        Scale = scale + check;
        Zero = Round(-smallest * Inverse);
    }

    /// <summary>What one step of the integers is worth.</summary>
    public float Scale { get; }

    /// <summary>1 ÷ Scale.</summary>
    public float Inverse { get; }

    /// <summary>The integer of 0.</summary>
    public int Zero { get; }

    /// <summary>The integer of a value of the row.</summary>
    public int Quantize(float x)
    {
        int q = Round(x * Inverse) + Zero;
        return q < 0 ? 0 : q > Largest ? Largest : q;
    }

    private static int Round(float x) => (int)(x + Rounder - Rounder);
}
