using ILGPU;
using Sprout.Tensors.Ops;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>Device side of the losses, one group a segment: each writes one value a segment, which are added up afterwards, and adds the gradient.</summary>
internal static class LossKernels
{
    public static void CrossEntropy(
        ArrayView<float> logits, ArrayView<int> offsets, ArrayView<int> targets, float scale, ArrayView<float> losses, ArrayView<float> dlogits,
        int hasGradient)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(Reduce.MaxLanes);
        int first = offsets[Grid.IdxX], end = offsets[Grid.IdxX + 1], target = first + targets[Grid.IdxX];
        Reduce.Max(shared, LogSoftmax.Largest(logits, first, end));
        float maximum = shared[0];
        Reduce.Sum(shared, LogSoftmax.SumOfExponentials(logits, first, end, maximum, 1f));
        var outputs = new LogSoftmax(maximum, 1f, shared[0]);
        if (Group.IdxX == 0) losses[Grid.IdxX] = -outputs.At(logits[target]);
        if (hasGradient == 0) return;
        for (int i = first + Group.IdxX; i < end; i += Group.DimX)
        {
            float probability = Exp.Forward(new Lane(outputs.At(logits[i]))).Value;
            dlogits[i] += scale * (i == target ? probability - 1f : probability);
        }
    }

    public static void SoftCrossEntropy(
        ArrayView<float> logits, ArrayView<float> targets, ArrayView<int> offsets, float scale, ArrayView<float> losses, ArrayView<float> dlogits,
        int hasGradient)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(Reduce.MaxLanes);
        int first = offsets[Grid.IdxX], end = offsets[Grid.IdxX + 1];
        Reduce.Max(shared, LogSoftmax.Largest(logits, first, end));
        float maximum = shared[0];
        Reduce.Sum(shared, LogSoftmax.SumOfExponentials(logits, first, end, maximum, 1f));
        var outputs = new LogSoftmax(maximum, 1f, shared[0]);
        float weights = 0f, weighted = 0f;
        for (int i = first + Group.IdxX; i < end; i += Group.DimX)
        {
            weights += targets[i];
            weighted -= targets[i] * outputs.At(logits[i]);
        }

        Reduce.Sum(shared, weighted);
        if (Group.IdxX == 0) losses[Grid.IdxX] = shared[0];
        if (hasGradient == 0) return;
        Reduce.Sum(shared, weights);
        float total = shared[0];
        for (int i = first + Group.IdxX; i < end; i += Group.DimX)
            dlogits[i] += scale * ((total * Exp.Forward(new Lane(outputs.At(logits[i]))).Value) - targets[i]);
    }

    public static void Distillation(
        ArrayView<float> logits, ArrayView<float> teacher, ArrayView<int> offsets, float temperature, float scale, ArrayView<float> losses,
        ArrayView<float> dlogits, int hasGradient)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(Reduce.MaxLanes);
        int first = offsets[Grid.IdxX], end = offsets[Grid.IdxX + 1];
        float warmth = 1f / temperature;
        Reduce.Max(shared, LogSoftmax.Largest(logits, first, end));
        float maximum = shared[0];
        Reduce.Sum(shared, LogSoftmax.SumOfExponentials(logits, first, end, maximum, warmth));
        var student = new LogSoftmax(maximum, warmth, shared[0]);
        Reduce.Max(shared, LogSoftmax.Largest(teacher, first, end));
        maximum = shared[0];
        Reduce.Sum(shared, LogSoftmax.SumOfExponentials(teacher, first, end, maximum, warmth));
        var wanted = new LogSoftmax(maximum, warmth, shared[0]);

        float divergence = 0f;
        for (int i = first + Group.IdxX; i < end; i += Group.DimX)
        {
            float logStudent = student.At(logits[i]), logWanted = wanted.At(teacher[i]);
            float probability = Exp.Forward(new Lane(logWanted)).Value;
            divergence += probability * (logWanted - logStudent);
            if (hasGradient != 0) dlogits[i] += scale * temperature * (Exp.Forward(new Lane(logStudent)).Value - probability);
        }

        Reduce.Sum(shared, divergence);
        if (Group.IdxX == 0) losses[Grid.IdxX] = temperature * temperature * shared[0];
    }

    /// <summary>dx += scale · (σ(x) − target).</summary>
    public static void BinaryCrossEntropyGradient(ArrayView<float> x, ArrayView<float> target, float scale, ArrayView<float> dx, int count)
    {
        for (int i = Threads.Index; i < count; i += Threads.Count) dx[i] += scale * (Sigmoid.Forward(new Lane(x[i])).Value - target[i]);
    }

    /// <summary>dx += scale · 2 (x − target).</summary>
    public static void SquaredErrorGradient(ArrayView<float> x, ArrayView<float> target, float scale, ArrayView<float> dx, int count)
    {
        for (int i = Threads.Index; i < count; i += Threads.Count) dx[i] += scale * 2f * (x[i] - target[i]);
    }
}
