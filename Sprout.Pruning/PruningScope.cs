// Where Top_v compares scores.
using System.Text.Json.Serialization;
using Sprout.Bert.Files;

namespace Sprout.Pruning;

/// <summary>Where Top_v compares scores.</summary>
[JsonConverter(typeof(KebabEnumConverter<PruningScope>))]
public enum PruningScope
{
    /// <summary>Within each group of matrices that share their scores, mostly one matrix: all end with the same density.</summary>
    Local,

    /// <summary>Over all groups whose scores stand for equally many weights: some keep more than others.</summary>
    Global,
}
