namespace Sprout.Tensors.Cpu.Gemm;

/// <summary>How one operand of a product is cut into panels.</summary>
/// <param name="Extent">Rows of A, or columns of B.</param>
/// <param name="Tile">Of these in a panel: mr or nr.</param>
/// <param name="Width">Floats of a panel for each value of k: the tile, padded to whole registers.</param>
internal readonly record struct PanelShape(int Extent, int Tile, int Width)
{
    /// <summary>
    /// Floats from a panel of some values of k to the next: one cache line more than it holds, otherwise all panels would lie in the same few sets of the
    /// level-1 cache while they are packed.
    /// </summary>
    public nint Stride(int k) => ((nint)k * Width) + 16;
}
