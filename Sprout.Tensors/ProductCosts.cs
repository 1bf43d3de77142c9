namespace Sprout.Tensors;

/// <summary>
/// What a weight costs in a product, in terms of a weight of the dense one in single precision: measured on a Zen 3 with AVX2, and constant, so that which form
/// a weight gets does not depend on the machine.
/// </summary>
internal static class ProductCosts
{
    /// <summary>A kept weight in a block of 16 outputs and one input, and by itself, at 32 and 1,024 rows of X, where half is kept.</summary>
    public const double InBlock = 1.3, OfEntry = 2.6;

    /// <summary>In integers: of a block of 16 outputs and 4 inputs, at 32 and 1,024 rows of X.</summary>
    public const double OfInteger = 0.6;
}
