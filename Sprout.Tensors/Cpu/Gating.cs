// The hard-concrete gates of L0 and the penalty on how many are open.
using System.Runtime.CompilerServices;
using Sprout.Tensors.Cpu.Threads;
using Sprout.Tensors.Ops;
using Sprout.Tensors.Simd;
using static Sprout.Tensors.Cpu.Threads.Division;

namespace Sprout.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend<V>
{
    // β, γ and ζ of Louizos et al. 2018, and the range that keeps ln u finite.
    private const float GateTemperature = 2f / 3;
    private const float GateLow = -0.1f;
    private const float GateSpan = 1.2f;
    private const float UniformLow = 0.0001f;
    private const float UniformSpan = 0.9998f;

    /// <inheritdoc/>
    public void HardConcrete(Tensor scores, Dropout? noise, Tensor gates) =>
        workers.Run(PiecesOf(scores.Count, Chunk), new GateWork(scores.Pointer, noise, null, scores.Count, gates.Pointer));

    /// <inheritdoc/>
    public void HardConcreteBackward(Tensor scores, Dropout noise, Tensor dgates, Tensor dscores) =>
        workers.Run(PiecesOf(scores.Count, Chunk), new GateWork(scores.Pointer, noise, dgates.Pointer, scores.Count, dscores.Pointer));

    /// <inheritdoc/>
    public void SigmoidPenalty(Tensor scores, float shift, float scale, Tensor value, int index, Tensor? dscores) =>
        value.Pointer[index] = (float)SumOver(scores.Count, new SigmoidTerm(scores.Pointer, shift, scale, PointerOf(dscores)));

    private readonly struct SigmoidTerm(float* scores, float shift, float scale, float* dscores) : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Step(long i, int lanes)
        {
            V x = Read(scores + i, lanes) - V.Broadcast(shift), y = Sigmoid.Forward(x);
            if (dscores != null) Write(V.MultiplyAdd(V.Broadcast(scale), Sigmoid.Derivative(x, y), Read(dscores + i, lanes)), dscores + i, lanes);
            return y;
        }
    }

    // Gates, or with dgates the gradient of the scores.
    private readonly struct GateWork(float* scores, Dropout? noise, float* dgates, long count, float* result) : IWork
    {
        private readonly DropoutLanes random = new(noise.GetValueOrDefault());
        private readonly bool isRandom = noise is { Probability: > 0 };
        private readonly float sharpness = noise is null ? 1f : 1 / GateTemperature;

        [MethodImpl(Jit.Kernel)]
        [SkipLocalsInit]
        public void Run(int piece)
        {
            uint* words = stackalloc uint[DropoutLanes.Words];
            long start = (long)piece * Chunk, end = Math.Min(start + Chunk, count);
            for (long block = start; block < end; block += DropoutLanes.Block)
            {
                int length = (int)Math.Min(DropoutLanes.Block, end - block);
                uint* word = isRandom ? random.Draw(block, length, words) : null;
                for (int j = 0; j < length; j += V.Lanes)
                {
                    int lanes = Math.Min(V.Lanes, length - j);
                    V x = Read(scores + block + j, lanes);
                    if (isRandom) x += Logit(word + j);
                    V s = Sigmoid.Forward(x * V.Broadcast(sharpness));
                    V z = V.MultiplyAdd(s, V.Broadcast(GateSpan), V.Broadcast(GateLow)), zero = V.Zero, one = V.Broadcast(1f);
                    V y = dgates == null ? V.Min(one, V.Max(zero, z)) : Read(dgates + block + j, lanes) * Slope(x, s, z);
                    Write(y, result + block + j, lanes);
                }
            }
        }

        // ∂gate/∂S, which is 0 where the gate is shut or wide open.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static V Slope(V x, V s, V z)
        {
            V slope = Sigmoid.Derivative(x, s) * V.Broadcast(GateSpan / GateTemperature);
            return V.WhereGreater(V.Zero, z, V.Zero, V.WhereGreater(z, V.Broadcast(1f), V.Zero, slope));
        }

        // ln u − ln(1 − u) for uniform u, with one logarithm.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static V Logit(uint* word)
        {
            V u = V.MultiplyAdd(V.Uniform(word), V.Broadcast(UniformSpan), V.Broadcast(UniformLow));
            return Log.Forward(u / (V.Broadcast(1f) - u));
        }
    }
}
