// An option within a message.
namespace Sprout.Tensors;

/// <summary>An option within a message, by the name of its property.</summary>
/// <param name="Property">Such as "MaxLength".</param>
public readonly record struct OptionName(string Property)
{
    /// <inheritdoc/>
    public override string ToString() => Property;
}
