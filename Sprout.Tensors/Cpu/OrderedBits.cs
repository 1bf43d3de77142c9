// The order of floats as unsigned integers.
namespace Sprout.Tensors.Cpu;

/// <summary>Maps floats to unsigned integers of the same order: −0 becomes +0, and every NaN becomes 0, the smallest.</summary>
internal static class OrderedBits
{
    private const uint Sign = 0x80000000;
    private const uint NegativeInfinity = 0x007FFFFF;
    private const uint PositiveInfinity = 0xFF800000;

    /// <summary>The integer of a float.</summary>
    public static uint Of(float value)
    {
        if (float.IsNaN(value)) return 0;
        // Adding +0 turns −0 into +0.
        uint bits = BitConverter.SingleToUInt32Bits(value + 0f);
        return bits ^ ((uint)((int)bits >> 31) | Sign);
    }

    /// <summary>The float of an integer.</summary>
    public static float ToFloat(uint ordered)
    {
        if (ordered == 0) return float.NaN;
        return BitConverter.UInt32BitsToSingle((ordered & Sign) != 0 ? ordered ^ Sign : ~ordered);
    }

    /// <summary>The bits of a digit; digit 0 is the highest.</summary>
    public static int Width(int digit) => digit == 2 ? 10 : 11;

    /// <summary>The bits below a digit.</summary>
    public static int Shift(int digit) => digit switch { 0 => 21, 1 => 10, _ => 0 };

    /// <summary>The smallest and the largest float whose digits above <paramref name="digit"/> are <paramref name="prefix"/>; no NaN.</summary>
    public static (float Low, float High) Range(int digit, uint prefix)
    {
        int shift = Shift(digit - 1);
        uint low = prefix << shift, high = low | ((1u << shift) - 1);
        return (ToFloat(Math.Max(low, NegativeInfinity)), ToFloat(Math.Min(high, PositiveInfinity)));
    }
}
