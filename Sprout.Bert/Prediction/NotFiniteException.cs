// A model computed what is no number.
using System.Globalization;

namespace Sprout.Bert.Prediction;

/// <summary>A model's logits are not finite: its weights are damaged, or its training diverged. The command exits with code 4.</summary>
public sealed class NotFiniteException : Exception
{
    /// <summary>An error with its one-sentence message.</summary>
    public NotFiniteException(string message) : base(message) { }

    /// <summary>An error caused by another one.</summary>
    public NotFiniteException(string message, Exception inner) : base(message, inner) { }

    /// <summary>An error without details.</summary>
    public NotFiniteException() { }

    internal static void Check(ReadOnlySpan<float> logits)
    {
        foreach (float logit in logits)
        {
            if (!float.IsFinite(logit))
                throw new NotFiniteException(string.Create(
                    CultureInfo.InvariantCulture, $"expected logits that are finite numbers, found {logit}: weights are damaged, or training diverged."));
        }
    }
}
