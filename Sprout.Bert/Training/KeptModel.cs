// Which model of a run is the result.
namespace Sprout.Bert.Training;

/// <summary>Which model of a run is the result.</summary>
public enum KeptModel
{
    /// <summary>That of the last step.</summary>
    Last,

    /// <summary>That of the best evaluation; of equal ones the first.</summary>
    Best,
}
