// What the blocks of one encoder layer cost.
namespace Sprout.Pruning.Latency;

/// <summary>The milliseconds that heads and neurons of one encoder layer add to a pass.</summary>
/// <param name="Attention">By the number of heads, from 0 to all; the first is 0, and none is below the one before.</param>
/// <param name="FeedForward">By the number of neurons, at the points of <see cref="LatencyTable.Grid"/>; likewise.</param>
public sealed record LayerLatency(IReadOnlyList<double> Attention, IReadOnlyList<double> FeedForward);
