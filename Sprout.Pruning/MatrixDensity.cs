// How much of one matrix is kept.
namespace Sprout.Pruning;

/// <summary>How much of one prunable matrix is kept.</summary>
/// <param name="Name">The module's name.</param>
/// <param name="Size">Entries.</param>
/// <param name="Kept">Entries that the mask keeps.</param>
public sealed record MatrixDensity(string Name, long Size, long Kept)
{
    /// <summary>Kept ÷ size.</summary>
    public double Density => Size == 0 ? 0 : (double)Kept / Size;
}
