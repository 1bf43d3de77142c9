// Numbers of 8 bits as the operators of an export have them.
namespace Sprout.Export.Onnx;

/// <summary>Rounds weights, and inputs as DynamicQuantizeLinear of operator set 17 does.</summary>
internal static class Int8
{
    private const int Steps = byte.MaxValue;

    /// <summary>What a row of weights is divided by: its largest magnitude becomes 127.</summary>
    public static float ScaleOf(ReadOnlySpan<float> row)
    {
        float greatest = 0;
        foreach (float value in row) greatest = MathF.Max(greatest, MathF.Abs(value));
        return greatest == 0 ? 1 : greatest / sbyte.MaxValue;
    }

    /// <summary>A weight by the scale of its row.</summary>
    public static sbyte Round(float value, float scale) => (sbyte)MathF.Round(value / scale);

    /// <summary>Rounds values to 256 steps between the least and the greatest of them and 0; 0 stays 0.</summary>
    public static void RoundInput(Span<float> values)
    {
        float least = 0, greatest = 0;
        foreach (float value in values)
        {
            least = MathF.Min(least, value);
            greatest = MathF.Max(greatest, value);
        }

        if (least == greatest) return;
        float scale = (greatest - least) / Steps, zero = MathF.Round(-least / scale);
        for (int i = 0; i < values.Length; i++)
            values[i] = (Math.Clamp(MathF.Round(values[i] / scale) + zero, 0, Steps) - zero) * scale;
    }
}
