// How many bits a stored number has.
namespace Sprout.Tensors.IO.Coding;

/// <summary>The form of the numbers of a stored tensor.</summary>
public enum NumberFormat
{
    /// <summary>Single precision: the very bits.</summary>
    Fp32,

    /// <summary>Half precision, rounded to nearest: within 2⁻¹¹ of the value from 2⁻¹⁴ on.</summary>
    Fp16,

    /// <summary>
    /// Integers of −127 to 127 times a scale a row, the row's largest magnitude ÷ 127 rounded up to bfloat16: within half a scale of the value.
    /// </summary>
    Int8,

    /// <summary>Integers of −7 to 7 times a scale a row, the one of the least squared error among <see cref="Quantizer.Trials"/>.</summary>
    Int4,
}
