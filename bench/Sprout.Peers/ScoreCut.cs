// The cut of Top_v.
using TorchSharp;
using static TorchSharp.torch;

namespace Sprout.Peers;

/// <summary>
/// The smallest score that is kept, exactly. Scores move little in a step: where the cut lay last, and how far it moved, leaves few to select among.
/// </summary>
internal sealed class ScoreCut
{
    private double last, reach;

    /// <summary>The cut that keeps so many of the scores, which are in one row.</summary>
    public double Of(Tensor scores, long keep)
    {
        double cut = (reach > 0 ? InWindow(scores, keep) : null) ?? Select(scores, keep);
        reach = Math.Max(1.5 * Math.Abs(cut - last), 1e-4);
        last = cut;
        return cut;
    }

    // Null when the cut is not where it was looked for.
    private double? InWindow(Tensor scores, long keep)
    {
        Tensor above = scores.gt(last + reach);
        Tensor inside = scores.masked_select(scores.ge(last - reach).logical_and_(above.logical_not()));
        long missing = keep - above.sum().ToInt64();
        return missing > 0 && missing <= inside.numel() ? Select(inside, missing) : null;
    }

    private static double Select(Tensor scores, long keep) => scores.kthvalue(scores.numel() - keep + 1, 0, false).Item1.ToSingle();
}
