// Training produced a number that is not finite.
namespace Sprout.Bert.Training;

/// <summary>The loss or the gradient is no longer finite; the message names the step and the last good checkpoint. The command exits with code 4.</summary>
public sealed class DivergedException : Exception
{
    /// <summary>A divergence with its one-sentence message.</summary>
    public DivergedException(string message) : base(message) { }

    /// <summary>A divergence caused by another error.</summary>
    public DivergedException(string message, Exception inner) : base(message, inner) { }

    /// <summary>A divergence without details.</summary>
    public DivergedException() { }
}
