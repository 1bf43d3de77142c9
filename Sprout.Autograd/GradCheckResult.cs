// The worst place that a gradient check found.
namespace Sprout.Autograd;

/// <summary>The element whose gradient is farthest from the difference quotient.</summary>
/// <param name="Error">|analytic − numeric| / max(1, |analytic|, |numeric|); infinite when either is no number.</param>
/// <param name="Input">Which of the inputs, by its place in the list; −1 when there was no element to check.</param>
/// <param name="Name">The input's name if it is a parameter.</param>
/// <param name="Element">Which element of the input, row-major.</param>
/// <param name="Analytic">What the backward pass says.</param>
/// <param name="Numeric">What the forward pass says.</param>
public sealed record GradCheckResult(double Error, int Input, string Name, long Element, double Analytic, double Numeric)
{
    /// <summary>The place and both gradients in one line, for messages of tests.</summary>
    public override string ToString() => Input < 0
        ? "nothing to check"
        : $"input {Input}{(Name.Length > 0 ? $" \"{Name}\"" : "")} element {Element}: "
            + $"backward says {Analytic:G7}, differences say {Numeric:G7}, error {Error:G3}";
}
