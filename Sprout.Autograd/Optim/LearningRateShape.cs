// How learning rates go on after the warm-up.
namespace Sprout.Autograd.Optim;

/// <summary>How learning rates go on after the warm-up; <see cref="LearningRateSchedule"/> has the formulas.</summary>
public enum LearningRateShape
{
    /// <summary>A straight line to 0.</summary>
    Linear,

    /// <summary>Half a cosine to 0.</summary>
    Cosine,

    /// <summary>The full rate to the end.</summary>
    Constant,

    /// <summary>Up by half a cosine from a 25th, then down by half a cosine to almost 0.</summary>
    OneCycle,
}
