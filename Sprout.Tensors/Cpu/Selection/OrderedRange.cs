using System.Numerics;

namespace Sprout.Tensors.Cpu.Selection;

/// <summary>
/// A range of floats, both ends included, cut into bins of equally many values. Floats are mapped to unsigned integers of the same order;
/// −0 becomes +0, and every NaN becomes 0, below −∞ and outside of all ranges.
/// </summary>
internal readonly struct OrderedRange
{
    /// <summary>The largest number of bins.</summary>
    public const int MostBins = 1 << BinBits;

    private const uint Sign = 0x80000000;
    private const uint NegativeInfinity = 0x007FFFFF;
    private const uint PositiveInfinity = 0xFF800000;
    private const int BinBits = 8;

    // The place of −0, which no float maps to. As the high end of a comparison it would let +0 in.
    private const uint NegativeZero = 0x7FFFFFFF;

    private OrderedRange(uint low, uint high)
    {
        Low = low;
        High = high == NegativeZero ? high - 1 : high;
        Shift = Math.Max(32 - BitOperations.LeadingZeroCount(High - Low) - BinBits, 0);
    }

    /// <summary>All numbers.</summary>
    public static OrderedRange Numbers => new(NegativeInfinity, PositiveInfinity);

    /// <summary>The lower end.</summary>
    public uint Low { get; }

    /// <summary>The upper end.</summary>
    public uint High { get; }

    /// <summary>The bin of an integer is its distance from <see cref="Low"/>, shifted right by so much: at most <see cref="MostBins"/> bins.</summary>
    public int Shift { get; }

    /// <summary>The float at the lower end.</summary>
    public float LowValue => ToFloat(Low);

    /// <summary>The float at the upper end.</summary>
    public float HighValue => ToFloat(High);

    /// <summary>Whether no number is lower.</summary>
    public bool IsLowest => Low == NegativeInfinity;

    /// <summary>All numbers above this range.</summary>
    public OrderedRange Higher => new(High + 1, PositiveInfinity);

    /// <summary>All numbers below this range.</summary>
    public OrderedRange Lower => new(NegativeInfinity, Low - 1);

    /// <summary>The range between two integers, as far as they are numbers.</summary>
    public static OrderedRange Of(uint low, uint high) => new(Math.Max(low, NegativeInfinity), Math.Max(high, NegativeInfinity));

    /// <summary>One bin of this range.</summary>
    public OrderedRange Bin(int bin)
    {
        uint low = Low + ((uint)bin << Shift);
        return new(low, low + Math.Min((1u << Shift) - 1, High - low));
    }

    /// <summary>The integer of a float.</summary>
    public static uint Of(float value)
    {
        if (float.IsNaN(value)) return 0;
        // Adding +0 turns −0 into +0.
        uint bits = BitConverter.SingleToUInt32Bits(value + 0f);
        return bits ^ ((uint)((int)bits >> 31) | Sign);
    }

    /// <summary>The float of an integer.</summary>
    public static float ToFloat(uint ordered) => BitConverter.UInt32BitsToSingle((ordered & Sign) != 0 ? ordered ^ Sign : ~ordered);
}
