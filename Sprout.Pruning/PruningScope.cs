// Where Top_v compares scores.
namespace Sprout.Pruning;

/// <summary>Where Top_v compares scores; the values of <c>--scope</c>.</summary>
public enum PruningScope
{
    /// <summary>Within each matrix: every matrix ends with the same density.</summary>
    Local,

    /// <summary>Over all matrices together: some keep more than others.</summary>
    Global,
}
