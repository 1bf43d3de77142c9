// The cubic schedule.
using Sprout.Tensors;

namespace Sprout.Pruning;

/// <summary>
/// The cubic schedule (Zhu and Gupta 2017; Sanh et al. 2020, equation 5, in the form of its authors' program). With N the schedule's warm-up, i and f the
/// factors of its flat parts and T the run's steps, the value at step t (from 0) is the initial one for t ≤ i·N, the final one for t > T − f·N, and between
/// them final + (initial − final) · (1 − (t − i·N) / (T − (i + f)·N))³.
/// </summary>
public sealed class SparsitySchedule
{
    private readonly long rampStart, rampEnd;

    /// <summary>A schedule over a run.</summary>
    /// <param name="totalSteps">T, the run's optimiser steps.</param>
    /// <param name="warmup">N, steps.</param>
    /// <param name="initialWarmup">i.</param>
    /// <param name="finalWarmup">f.</param>
    /// <exception cref="OptionException">(i + f)·N is not below T, so that nothing of the ramp is left.</exception>
    public SparsitySchedule(int totalSteps, int warmup, int initialWarmup, int finalWarmup)
    {
        rampStart = (long)initialWarmup * warmup;
        rampEnd = totalSteps - ((long)finalWarmup * warmup);
        if (rampStart >= rampEnd)
        {
            OptionName i = new("InitialWarmup"), f = new("FinalWarmup"), n = new("ScheduleWarmup"), steps = new("MaxSteps"), epochs = new("Epochs");
            string problem = FormattableString.Invariant(
                $"The schedule's flat parts (i + f)·N = {((long)initialWarmup + finalWarmup) * warmup} must be below the run's {totalSteps} steps");
            throw OptionException.Of($"{problem}: {i} {initialWarmup}, {f} {finalWarmup}, {n} {warmup}; lower these, or raise {steps} or {epochs}.");
        }
    }

    /// <summary>Steps after which the value is the final one.</summary>
    public int End => (int)rampEnd;

    /// <summary>The value at a step, counted from 0.</summary>
    public double ValueAt(int step, double initial, double final)
    {
        if (step <= rampStart) return initial;
        if (step > rampEnd) return final;
        // The power function, as in the authors' program: a product of three could differ in the last bit, and with it the number of kept weights.
        return final + ((initial - final) * Math.Pow(1 - ((double)(step - rampStart) / (rampEnd - rampStart)), 3));
    }
}
