// Losses over segments of logits: one group a segment.
using ILGPU;
using Sprout.Tensors.Ops;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>Device side of the losses: each writes one value a segment, which are added up afterwards, and adds the gradient.</summary>
internal static class LossKernels
{
    public static void CrossEntropy(ArrayView<float> logits, ArrayView<int> offsets, ArrayView<int> targets, float scale, ArrayView<float> losses, ArrayView<float> dlogits, int hasGradient)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(Reduce.MaxLanes);
        int first = offsets[Grid.IdxX], end = offsets[Grid.IdxX + 1], target = first + targets[Grid.IdxX];
        Reduce.Max(shared, Largest(logits, first, end, 1f));
        float maximum = shared[0];
        Reduce.Sum(shared, SumOfExponentials(logits, first, end, 1f, maximum));
        float denominator = maximum + Log.Forward(new Lane(shared[0])).Value;
        if (Group.IdxX == 0) losses[Grid.IdxX] = denominator - logits[target];
        if (hasGradient == 0) return;
        for (int i = first + Group.IdxX; i < end; i += Group.DimX)
        {
            float probability = Exp.Forward(new Lane(logits[i] - denominator)).Value;
            dlogits[i] += scale * (i == target ? probability - 1f : probability);
        }
    }

    public static void Distillation(ArrayView<float> logits, ArrayView<float> teacher, ArrayView<int> offsets, float temperature, float scale, ArrayView<float> losses, ArrayView<float> dlogits, int hasGradient)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(Reduce.MaxLanes);
        int first = offsets[Grid.IdxX], end = offsets[Grid.IdxX + 1];
        float warmth = 1f / temperature;
        Reduce.Max(shared, Largest(logits, first, end, warmth));
        float maximum = shared[0];
        Reduce.Sum(shared, SumOfExponentials(logits, first, end, warmth, maximum));
        float student = maximum + Log.Forward(new Lane(shared[0])).Value;
        Reduce.Max(shared, Largest(teacher, first, end, warmth));
        maximum = shared[0];
        Reduce.Sum(shared, SumOfExponentials(teacher, first, end, warmth, maximum));
        float wanted = maximum + Log.Forward(new Lane(shared[0])).Value;

        float divergence = 0f;
        for (int i = first + Group.IdxX; i < end; i += Group.DimX)
        {
            float logStudent = (logits[i] * warmth) - student, logWanted = (teacher[i] * warmth) - wanted;
            float probability = Exp.Forward(new Lane(logWanted)).Value;
            divergence += probability * (logWanted - logStudent);
            if (hasGradient != 0) dlogits[i] += scale * temperature * (Exp.Forward(new Lane(logStudent)).Value - probability);
        }

        Reduce.Sum(shared, divergence);
        if (Group.IdxX == 0) losses[Grid.IdxX] = temperature * temperature * shared[0];
    }

    /// <summary>dx += scale · 2 (x − target).</summary>
    public static void SquaredErrorGradient(ArrayView<float> x, ArrayView<float> target, float scale, ArrayView<float> dx, int count)
    {
        for (int i = Threads.Index; i < count; i += Threads.Count) dx[i] += scale * 2f * (x[i] - target[i]);
    }

    private static float Largest(ArrayView<float> logits, int first, int end, float warmth)
    {
        float largest = float.NegativeInfinity;
        for (int i = first + Group.IdxX; i < end; i += Group.DimX)
        {
            if (logits[i] * warmth > largest) largest = logits[i] * warmth;
        }

        return largest;
    }

    private static float SumOfExponentials(ArrayView<float> logits, int first, int end, float warmth, float maximum)
    {
        float sum = 0f;
        for (int i = first + Group.IdxX; i < end; i += Group.DimX) sum += Exp.Forward(new Lane((logits[i] * warmth) - maximum)).Value;
        return sum;
    }
}
