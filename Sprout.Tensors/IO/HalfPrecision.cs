// Single precision to half.
namespace Sprout.Tensors.IO;

/// <summary>Rounds numbers to half precision.</summary>
internal static class HalfPrecision
{
    /// <summary>Rounds to nearest.</summary>
    /// <param name="values">Finite numbers.</param>
    /// <param name="halves">Receives as many.</param>
    /// <param name="name">What the message calls the tensor.</param>
    /// <exception cref="InputException">A value is too large.</exception>
    public static void Convert(ReadOnlySpan<float> values, Span<Half> halves, string name)
    {
        for (int i = 0; i < values.Length; i++)
        {
            halves[i] = (Half)values[i];
            if (!Half.IsInfinity(halves[i])) continue;
            throw new InputException($"{name}: expected values that fp16 holds, at most {(float)Half.MaxValue}, found {values[i]}.");
        }
    }
}
