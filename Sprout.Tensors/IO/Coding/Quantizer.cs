// Rows of numbers as small integers and a scale.
namespace Sprout.Tensors.IO.Coding;

/// <summary>
/// Symmetric quantisation of a row: q = round(x ÷ scale), within ±<see cref="Largest"/>. Scales are rounded up to bfloat16; a row of zeros has the scale 0.
/// </summary>
public static class Quantizer
{
    /// <summary>Scales that are tried for a row of four bits: the largest magnitude ÷ 7, and smaller ones that cut the largest values off.</summary>
    public const int Trials = 12;

    private const double SmallestShare = 0.45;

    /// <summary>A matrix as <see cref="NumberFormat.Int8"/>.</summary>
    /// <param name="shape">[N, K].</param>
    /// <param name="values">N · K finite numbers, row-major.</param>
    public static QuantizedMatrix Quantize(Shape shape, ReadOnlySpan<float> values)
    {
        var (integers, scales, largest) = (new sbyte[values.Length], new float[shape[0]], Largest(NumberFormat.Int8));
        for (int row = 0; row < shape[0]; row++)
        {
            ReadOnlySpan<float> source = values.Slice(row * shape[1], shape[1]);
            float scale = scales[row] = ScaleOf(source, NumberFormat.Int8);
            for (int i = 0; i < source.Length; i++) integers[(row * shape[1]) + i] = (sbyte)Quantize(source[i], scale, largest);
        }

        return new QuantizedMatrix(shape, integers, scales);
    }

    /// <summary>The largest integer of a format.</summary>
    internal static int Largest(NumberFormat format) => format == NumberFormat.Int8 ? 127 : 7;

    /// <summary>The scale of a row.</summary>
    internal static float ScaleOf(ReadOnlySpan<float> row, NumberFormat format)
    {
        float largest = 0;
        foreach (float x in row) largest = Math.Max(largest, Math.Abs(x));
        float best = Shortened(largest / Largest(format));
        if (format == NumberFormat.Int8 || best == 0) return best;
        double least = double.MaxValue;
        float whole = best;
        for (int i = 0; i < Trials; i++)
        {
            float scale = Shortened((float)(whole * (1 - (i * (1 - SmallestShare) / (Trials - 1)))));
            double error = ErrorOf(row, scale, Largest(format));
            if (error >= least) continue;
            (least, best) = (error, scale);
        }

        return best;
    }

    /// <summary>The integer of a value.</summary>
    internal static int Quantize(float x, float scale, int largest)
    {
        if (scale == 0) return 0;
        return (int)Math.Clamp(MathF.Round(x / scale), -largest, largest);
    }

    // The next bfloat16, the upper half of the bits, so that the largest magnitude still fits.
    private static float Shortened(float scale)
    {
        uint bits = BitConverter.SingleToUInt32Bits(scale);
        float shortened = BitConverter.UInt32BitsToSingle((bits + 0xFFFF) & 0xFFFF0000);
        return float.IsFinite(shortened) ? shortened : BitConverter.UInt32BitsToSingle(bits & 0xFFFF0000);
    }

    private static double ErrorOf(ReadOnlySpan<float> row, float scale, int largest)
    {
        double error = 0;
        foreach (float x in row)
        {
            float difference = x - (scale * Quantize(x, scale, largest));
            error += (double)difference * difference;
        }

        return error;
    }
}
