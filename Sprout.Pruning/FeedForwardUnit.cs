// What one score of the feed-forward part stands for.
using System.Text.Json.Serialization;
using Sprout.Bert.Files;

namespace Sprout.Pruning;

/// <summary>What one score of a feed-forward part's two matrices stands for.</summary>
[JsonConverter(typeof(KebabEnumConverter<FeedForwardUnit>))]
public enum FeedForwardUnit
{
    /// <summary>A block of one matrix: <see cref="PruningOptions.Block"/>.</summary>
    Block,

    /// <summary>A neuron: its row of the first matrix and its column of the second.</summary>
    Neuron,
}
