// Warm-up, then the way down.
namespace Sprout.Autograd.Optim;

/// <summary>
/// The factor on all learning rates at step t of T (0-based) with W steps of warm-up: t / W before W, and from there with p = (t − W) / (T − W)
/// linear 1 − p, cosine ½ (1 + cos πp), constant 1, as in transformers' <c>get_scheduler</c>.
/// <para>
/// One cycle (Smith, Topin, arXiv:1708.07120; the numbers are those of torch's <c>OneCycleLR</c>) rises from 1/25 to 1 over its first W steps, 0.3 T
/// when W is 0, and falls to 1/250 000 at the last, both by half a cosine; AdamW's β₁ stays.
/// </para>
/// </summary>
public sealed class LearningRateSchedule
{
    private const double CycleStart = 1.0 / 25, CycleEnd = CycleStart / 1e4, CycleRise = 0.3;

    private readonly LearningRateShape shape;
    private readonly int warmupSteps, totalSteps;

    /// <summary>A schedule over a run.</summary>
    public LearningRateSchedule(LearningRateShape shape, int warmupSteps, int totalSteps)
    {
        this.shape = shape;
        this.warmupSteps = warmupSteps;
        this.totalSteps = totalSteps;
    }

    /// <summary>The factor at a 0-based step.</summary>
    public double FactorAt(int step)
    {
        if (shape == LearningRateShape.OneCycle) return OneCycle(step);
        if (step < warmupSteps) return (double)step / warmupSteps;
        return shape switch
        {
            LearningRateShape.Linear => Math.Max(0.0, (double)(totalSteps - step) / Math.Max(1, totalSteps - warmupSteps)),
            LearningRateShape.Cosine => HalfCosine(1, 0, (double)(step - warmupSteps) / Math.Max(1, totalSteps - warmupSteps)),
            _ => 1,
        };
    }

    private double OneCycle(int step)
    {
        double peak = Math.Max(0, (warmupSteps > 0 ? warmupSteps : CycleRise * totalSteps) - 1);
        return step <= peak
            ? HalfCosine(CycleStart, 1, peak > 0 ? step / peak : 1)
            : HalfCosine(1, CycleEnd, (step - peak) / Math.Max(1, totalSteps - 1 - peak));
    }

    private static double HalfCosine(double from, double to, double progress) =>
        to + ((from - to) * 0.5 * (1 + Math.Cos(Math.PI * Math.Min(1, progress))));
}
