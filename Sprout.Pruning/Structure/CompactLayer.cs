// An encoder layer without its empty heads and neurons.
using Sprout.Bert.Models;

namespace Sprout.Pruning.Structure;

/// <summary>The matrices of one encoder layer without its empty heads and neurons, which may be all. It computes what the whole layer does.</summary>
/// <param name="Heads">Heads that are left, by their numbers in the whole layer, in rising order; h of them.</param>
/// <param name="Neurons">Feed-forward neurons that are left, likewise; n of them.</param>
/// <param name="HeadSize">Width of a head, d.</param>
/// <param name="Query">[h·d, H].</param>
/// <param name="Key">[h·d, H].</param>
/// <param name="Value">[h·d, H].</param>
/// <param name="Output">[H, h·d]; its bias holds what the removed heads added.</param>
/// <param name="First">[n, H].</param>
/// <param name="Second">[H, n]; its bias holds what the removed neurons added.</param>
public sealed record CompactLayer(
    IReadOnlyList<int> Heads,
    IReadOnlyList<int> Neurons,
    int HeadSize,
    LinearArrays Query,
    LinearArrays Key,
    LinearArrays Value,
    LinearArrays Output,
    LinearArrays First,
    LinearArrays Second)
{
    /// <summary>All matrices, in the order of <see cref="EncoderLayer.Prunable"/>.</summary>
    public IReadOnlyList<LinearArrays> Prunable => [Query, Key, Value, Output, First, Second];
}
