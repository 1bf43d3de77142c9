// Losses and their gradients; segments are the groups of logits that one softmax runs over.
using System.Runtime.CompilerServices;
using Sprout.Tensors.Cpu.Threads;
using Sprout.Tensors.Ops;
using Sprout.Tensors.Simd;
using static Sprout.Tensors.Cpu.Threads.Division;

namespace Sprout.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend<V>
{
    /// <inheritdoc/>
    public void CrossEntropy(Tensor logits, IntTensor offsets, IntTensor targets, float scale, Tensor loss, Tensor? dlogits) =>
        AddSegmentLosses(
            logits.Count, new CrossEntropySegment(logits.Pointer, offsets.Pointer, targets.Pointer, scale, PointerOf(dlogits)), targets.Length, scale, loss);

    /// <inheritdoc/>
    public void SoftCrossEntropy(Tensor logits, Tensor targets, IntTensor offsets, float scale, Tensor loss, Tensor? dlogits) =>
        AddSegmentLosses(
            logits.Count, new SoftCrossEntropySegment(logits.Pointer, targets.Pointer, offsets.Pointer, scale, PointerOf(dlogits)),
            offsets.Length - 1, scale, loss);

    /// <inheritdoc/>
    public void BinaryCrossEntropy(Tensor x, Tensor target, float scale, Tensor loss, Tensor? dx) =>
        *loss.Pointer += (float)(scale * SumOver(x.Count, new BinaryCrossEntropyTerm(x.Pointer, target.Pointer, scale, PointerOf(dx))));

    /// <inheritdoc/>
    public void Distillation(Tensor logits, Tensor teacher, IntTensor offsets, float temperature, float scale, Tensor loss, Tensor? dlogits) =>
        AddSegmentLosses(
            logits.Count, new DistillationSegment(logits.Pointer, teacher.Pointer, offsets.Pointer, temperature, scale * temperature, PointerOf(dlogits)),
            offsets.Length - 1, scale * temperature * temperature, loss);

    /// <inheritdoc/>
    public void SquaredError(Tensor x, Tensor target, float scale, Tensor loss, Tensor? dx) =>
        *loss.Pointer += (float)(scale * SumOver(x.Count, new SquaredErrorTerm(x.Pointer, target.Pointer, 2 * scale, PointerOf(dx))));

    // loss += scale · Σ over segments.
    private void AddSegmentLosses<TSegment>(long count, TSegment segment, int segments, float scale, Tensor loss) where TSegment : struct, ISegment
    {
        if (segments <= 0) return;
        int perPiece = (int)Math.Clamp(Chunk / Math.Max(count / segments, 1), 1, 1024), pieces = PiecesOf(segments, perPiece);
        DeviceBuffer partials = Allocate((long)pieces * sizeof(double));
        workers.Run(pieces, new SegmentWork<TSegment>(segment, segments, perPiece, (double*)partials.Address));
        *loss.Pointer += (float)(scale * SumOf((double*)partials.Address, pieces));
        Free(partials);
    }

    private readonly struct SquaredErrorTerm(float* x, float* target, float scale, float* dx) : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Step(long i, int lanes)
        {
            V difference = Read(x + i, lanes) - Read(target + i, lanes);
            if (dx != null) Write(V.MultiplyAdd(V.Broadcast(scale), difference, Read(dx + i, lanes)), dx + i, lanes);
            return difference * difference;
        }
    }

    private readonly struct BinaryCrossEntropyTerm(float* x, float* target, float scale, float* dx) : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Step(long i, int lanes)
        {
            V logit = Read(x + i, lanes), wanted = Read(target + i, lanes), one = V.Broadcast(1f);
            if (dx != null) Write(V.MultiplyAdd(V.Broadcast(scale), Sigmoid.Forward(logit) - wanted, Read(dx + i, lanes)), dx + i, lanes);
            // max(x, 0) − x · target + log(1 + exp(−|x|)): no difference of large numbers.
            return V.Max(logit, V.Zero) - (logit * wanted) + Log.Forward(one + Exp.Forward(-V.Abs(logit)));
        }
    }

    /// <summary>The loss of one segment, which also adds its gradient.</summary>
    private interface ISegment
    {
        double Loss(int segment);
    }

    private readonly struct SegmentWork<TSegment>(TSegment segment, int segments, int perPiece, double* partials) : IWork where TSegment : struct, ISegment
    {
        public void Run(int piece)
        {
            double sum = 0;
            int end = Math.Min((piece + 1) * perPiece, segments);
            for (int s = piece * perPiece; s < end; s++) sum += segment.Loss(s);
            partials[piece] = sum;
        }
    }

    private readonly struct CrossEntropySegment(float* logits, int* offsets, int* targets, float scale, float* dlogits) : ISegment
    {
        [MethodImpl(Jit.Kernel)]
        public double Loss(int segment)
        {
            int start = offsets[segment], count = offsets[segment + 1] - start;
            if (count == 0) return 0;
            float* x = logits + start;
            float largest = Largest(x, count), sum = SumOfExp(x, count, largest, 1f);
            if (dlogits != null)
            {
                float* dx = dlogits + start;
                V shift = V.Broadcast(largest), factor = V.Broadcast(scale / sum);
                for (int i = 0; i < count; i += V.Lanes)
                {
                    int lanes = Math.Min(V.Lanes, count - i);
                    Write(V.MultiplyAdd(Exp.Forward(Read(x + i, lanes) - shift), factor, Read(dx + i, lanes)), dx + i, lanes);
                }

                dx[targets[segment]] -= scale;
            }

            return Math.Log(sum) + ((double)largest - x[targets[segment]]);
        }
    }

    private readonly struct SoftCrossEntropySegment(float* logits, float* targets, int* offsets, float scale, float* dlogits) : ISegment
    {
        [MethodImpl(Jit.Kernel)]
        public double Loss(int segment)
        {
            int start = offsets[segment], count = offsets[segment + 1] - start;
            if (count == 0) return 0;
            float* x = logits + start, t = targets + start;
            float largest = Largest(x, count), sum = SumOfExp(x, count, largest, 1f);
            V shift = V.Broadcast(largest), weights = V.Zero, distance = V.Zero;
            for (int i = 0; i < count; i += V.Lanes)
            {
                int lanes = Math.Min(V.Lanes, count - i);
                V weight = Read(t + i, lanes);
                weights += weight;
                distance = V.MultiplyAdd(weight, KeepFirst(shift - Read(x + i, lanes), lanes), distance);
            }

            float total = V.Sum(weights);
            if (dlogits != null)
            {
                float* dx = dlogits + start;
                V factor = V.Broadcast(scale * total / sum), back = V.Broadcast(-scale);
                for (int i = 0; i < count; i += V.Lanes)
                {
                    int lanes = Math.Min(V.Lanes, count - i);
                    V rest = V.MultiplyAdd(back, Read(t + i, lanes), Read(dx + i, lanes));
                    Write(V.MultiplyAdd(Exp.Forward(Read(x + i, lanes) - shift), factor, rest), dx + i, lanes);
                }
            }

            return (Math.Log(sum) * total) + V.Sum(distance);
        }
    }

    private readonly struct DistillationSegment(float* logits, float* teacher, int* offsets, float temperature, float gradientScale, float* dlogits) : ISegment
    {
        [MethodImpl(Jit.Kernel)]
        public double Loss(int segment)
        {
            int start = offsets[segment], count = offsets[segment + 1] - start;
            if (count == 0) return 0;
            float* x = logits + start, t = teacher + start;
            float inverse = 1 / temperature, largestX = Largest(x, count), largestT = Largest(t, count);
            float sumX = SumOfExp(x, count, largestX, inverse), sumT = SumOfExp(t, count, largestT, inverse);
            V cold = V.Broadcast(inverse), shiftX = V.Broadcast(largestX), shiftT = V.Broadcast(largestT);
            V factorX = V.Broadcast(1 / sumX), factorT = V.Broadcast(1 / sumT);
            // The logarithms are subtracted first: close distributions would lose their small distance in large sums.
            V logRatio = V.Broadcast((float)(Math.Log(sumT) - Math.Log(sumX))), divergence = V.Zero;
            for (int i = 0; i < count; i += V.Lanes)
            {
                int lanes = Math.Min(V.Lanes, count - i);
                V a = (Read(x + i, lanes) - shiftX) * cold, b = (Read(t + i, lanes) - shiftT) * cold;
                V p = Exp.Forward(a) * factorX, q = Exp.Forward(b) * factorT;
                divergence += KeepFirst(q * (b - a - logRatio), lanes);
                if (dlogits != null) Write(V.MultiplyAdd(V.Broadcast(gradientScale), p - q, Read(dlogits + start + i, lanes)), dlogits + start + i, lanes);
            }

            return V.Sum(divergence);
        }
    }
}
