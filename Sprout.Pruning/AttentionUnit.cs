// What one score of attention stands for.
using System.Text.Json.Serialization;
using Sprout.Bert.Files;

namespace Sprout.Pruning;

/// <summary>What one score of an attention's four matrices stands for.</summary>
[JsonConverter(typeof(KebabEnumConverter<AttentionUnit>))]
public enum AttentionUnit
{
    /// <summary>A block of one matrix: <see cref="PruningOptions.Block"/>.</summary>
    Block,

    /// <summary>A head: its rows of query, key and value and its columns of the output.</summary>
    Head,
}
