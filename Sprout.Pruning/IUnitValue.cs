// What a unit is worth beside units of another kind.
namespace Sprout.Pruning;

/// <summary>A method whose scores say what heads and neurons are worth beside each other, which <see cref="PruningOptions.Speedup"/> needs.</summary>
public interface IUnitValue
{
    /// <summary>What a unit is worth, a weight of it: at least 0, and never falling with the score.</summary>
    double ValueOf(float score);
}
