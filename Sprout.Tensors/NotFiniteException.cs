// What should be a number is none.
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Sprout.Tensors;

/// <summary>A model's weights or logits are not finite: its file is damaged, or its training diverged. The command exits with code 4.</summary>
public sealed class NotFiniteException : Exception
{
    private const string Cause = "the weights are damaged, or training diverged";

    /// <summary>An error with its one-sentence message.</summary>
    public NotFiniteException(string message) : base(message) { }

    /// <summary>An error caused by another one.</summary>
    public NotFiniteException(string message, Exception inner) : base(message, inner) { }

    /// <summary>An error without details.</summary>
    public NotFiniteException() { }

    /// <summary>How many values are NaN or infinite.</summary>
    public static int Count(ReadOnlySpan<float> values)
    {
        const int exponent = 0x7f800000;
        int bad = 0;
        ReadOnlySpan<Vector<int>> vectors = MemoryMarshal.Cast<float, Vector<int>>(values);
        // An exponent of ones is an infinity or a NaN; what is equal is −1.
        foreach (Vector<int> bits in vectors) bad -= Vector.Sum(Vector.Equals(bits & new Vector<int>(exponent), new Vector<int>(exponent)));
        foreach (float value in values[(vectors.Length * Vector<int>.Count)..]) bad += float.IsFinite(value) ? 0 : 1;
        return bad;
    }

    /// <summary>Refuses a tensor of which some values are not finite.</summary>
    /// <param name="source">What holds the tensor, such as its file.</param>
    /// <param name="tensor">Its name.</param>
    /// <param name="found">How many values are not.</param>
    /// <param name="count">How many it has.</param>
    /// <exception cref="NotFiniteException">There are some.</exception>
    public static void RequireNone(string source, string tensor, long found, long count)
    {
        if (found == 0) return;
        throw new NotFiniteException(string.Create(
            CultureInfo.InvariantCulture,
            $"{source}: tensor \"{tensor}\": expected finite numbers, found {found} of {count} that are NaN or infinite: {Cause}."));
    }

    /// <summary>Refuses logits of which some are not finite.</summary>
    /// <exception cref="NotFiniteException">There are some.</exception>
    internal static void Check(ReadOnlySpan<float> logits)
    {
        foreach (float logit in logits)
        {
            if (!float.IsFinite(logit))
                throw new NotFiniteException(string.Create(
                    CultureInfo.InvariantCulture, $"expected logits that are finite numbers, found {logit}: {Cause}."));
        }
    }
}
