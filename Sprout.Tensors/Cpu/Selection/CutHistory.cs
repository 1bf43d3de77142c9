namespace Sprout.Tensors.Cpu.Selection;

/// <summary>Where the cut is expected, and the share of the scores expected there.</summary>
internal readonly record struct Guess(OrderedRange Range, double Share);

/// <summary>
/// Where the cuts of one mask's last selections lay: from one training step to the next they move little. The mask keeps it, as the
/// <see cref="IntTensor.Hint"/> of its bits. A stale one costs a pass over the scores, never exactness.
/// </summary>
internal sealed class CutHistory
{
    // The next change is expected to be at most so many times the largest recent one, whose memory fades with every selection.
    private const float Reach = 2, Fading = 0.9f;

    private const double ExpectedShare = 1.0 / 64;

    private float cut = float.NaN, change = float.NaN;

    /// <summary>The history of the mask with these bits, or of several masks that are selected together, by the bits of the first.</summary>
    public static CutHistory Of(IntTensor bits)
    {
        if (bits.Hint is CutHistory known) return known;
        var history = new CutHistory();
        bits.Hint = history;
        return history;
    }

    /// <summary>Whether two cuts are known.</summary>
    public bool IsKnown => float.IsFinite(change);

    /// <summary>Where the next cut is expected.</summary>
    public Guess Expected => new(OrderedRange.Of(OrderedRange.Of(cut - (Reach * change)), OrderedRange.Of(cut + (Reach * change))), ExpectedShare);

    /// <summary>After a wrong guess only the latest change counts: a leap would widen the range for many selections.</summary>
    public void ForgetChange() => change = float.NaN;

    /// <summary>Adds the latest cut.</summary>
    public void Add(float latest)
    {
        float latestChange = MathF.Abs(latest - cut);
        change = IsKnown ? MathF.Max(latestChange, Fading * change) : latestChange;
        cut = latest;
    }
}
