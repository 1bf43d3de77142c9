// How much of one matrix, or of its heads or neurons, is kept.
namespace Sprout.Pruning;

/// <summary>How much of one prunable matrix is kept, or how many of a layer's heads or neurons.</summary>
/// <param name="Name">The module's name, or that of the shared scores.</param>
/// <param name="Size">Entries, or heads or neurons.</param>
/// <param name="Kept">Those that the mask keeps.</param>
public sealed record MatrixDensity(string Name, long Size, long Kept)
{
    /// <summary>Kept ÷ size.</summary>
    public double Density => Size == 0 ? 0 : (double)Kept / Size;
}
