// How far a result may be from the reference.
namespace Sprout.Tests.Conformance;

/// <summary>Accepts |found − expected| ≤ Absolute + Relative · |expected|.</summary>
internal readonly record struct Tolerance(double Relative, double Absolute)
{
    // u, half the distance from 1 to the next float: the relative error of one rounding.
    private const double Unit = 1.0 / (1 << 24);

    /// <summary>The same value; +0 and −0 are the same.</summary>
    public static Tolerance Exact => default;

    /// <summary>A formula of a few operations and perhaps an exponential, whose polynomial is good for 3e-7.</summary>
    public static Tolerance Formula => new(2e-6, 1e-6);

    /// <summary>
    /// A float sum of terms about ±size, in any order. Rounding errors of partial sums, which grow like √i, add up to about u · size · terms / √2;
    /// eight times u · size · terms is far beyond the worst of a million results, yet far below one missing term.
    /// </summary>
    public static Tolerance Sum(int terms, double size = 1) => new(2 * Unit, 8 * Unit * size * (terms + 8));

    /// <summary>Whether a result is close enough.</summary>
    public bool Accepts(double expected, double found) =>
        expected.Equals(found) || Math.Abs(found - expected) <= Absolute + (Relative * Math.Abs(expected));
}
