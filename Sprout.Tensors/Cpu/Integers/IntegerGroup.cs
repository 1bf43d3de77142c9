namespace Sprout.Tensors.Cpu.Integers;

/// <summary>A group of 16 outputs of an <see cref="IntegerLayout"/>.</summary>
internal readonly unsafe struct IntegerGroup(int* offsets, int pairs, int steps, sbyte* weights, int* sums, float* scales)
{
    /// <summary>For each step the place of its first input in a row of X.</summary>
    public readonly int* Offsets = offsets;

    /// <summary>How many pairs of steps come first, and how many steps there are.</summary>
    public readonly int Pairs = pairs, Steps = steps;

    /// <summary>For each step 64 weights.</summary>
    public readonly sbyte* Weights = weights;

    /// <summary>For each output the sum of its weights.</summary>
    public readonly int* Sums = sums;

    /// <summary>For each output the scale of its weights.</summary>
    public readonly float* Scales = scales;
}
