// One dropout of one step, given by its place in the random sequence instead of by stored bits.
namespace Sprout.Tensors;

/// <summary>
/// One dropout of one step. Element i survives when Philox(key <see cref="Key"/>, counter (i / 4, <see cref="Stream"/>)), word i % 4, is at least
/// <see cref="Threshold"/>; survivors are multiplied by <see cref="Scale"/>. Forward and backward recompute the same choice, on every device and for any number
/// of threads. In attention the counter's low half is (row &lt;&lt; 32) | (key position / 4) with row = query · heads + head (query: the row of q in the
/// batch), the word is key position % 4.
/// </summary>
/// <param name="Probability">The share of elements set to zero, in [0, 1).</param>
/// <param name="Key">The run's seed.</param>
/// <param name="Stream">A number that no other dropout of the run has.</param>
public readonly record struct Dropout(float Probability, ulong Key, ulong Stream)
{
    /// <summary>No dropout.</summary>
    public static Dropout None => default;

    /// <summary>Whether anything is dropped at all.</summary>
    public bool IsActive => Probability > 0;

    /// <summary>Random words below this value drop the element.</summary>
    public uint Threshold => (uint)Math.Min((double)Probability * 4294967296.0, uint.MaxValue);

    /// <summary>The factor of surviving elements, 1 / (1 − p).</summary>
    public float Scale => 1f / (1f - Probability);
}
