// Where Top_v compares scores.
using System.Text.Json.Serialization;
using Sprout.Bert.Files;

namespace Sprout.Pruning;

/// <summary>Where Top_v compares scores.</summary>
[JsonConverter(typeof(KebabEnumConverter<PruningScope>))]
public enum PruningScope
{
    /// <summary>Within each matrix: every matrix ends with the same density.</summary>
    Local,

    /// <summary>Over all matrices together: some keep more than others.</summary>
    Global,
}
