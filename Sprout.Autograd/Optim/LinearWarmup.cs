// Linear warm-up, then linear decay to zero.
namespace Sprout.Autograd.Optim;

/// <summary>The factor on all learning rates at step t of T (0-based): min(t / warmup, 1) up to the warm-up, then (T − t) / (T − warmup).</summary>
public sealed class LinearWarmup
{
    private readonly int warmupSteps, totalSteps;

    /// <summary>A schedule over a run.</summary>
    public LinearWarmup(int warmupSteps, int totalSteps)
    {
        this.warmupSteps = warmupSteps;
        this.totalSteps = totalSteps;
    }

    /// <summary>The factor at a 0-based step.</summary>
    public double FactorAt(int step) => step < warmupSteps
        ? (double)step / warmupSteps
        : Math.Max(0.0, (double)(totalSteps - step) / Math.Max(1, totalSteps - warmupSteps));
}
