// Kernels that treat every element by itself.
using System.Runtime.CompilerServices;
using Sprout.Tensors.Cpu.Threads;
using Sprout.Tensors.Ops;
using Sprout.Tensors.Simd;
using static Sprout.Tensors.Cpu.Threads.Division;

namespace Sprout.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend<V>
{
    /// <inheritdoc/>
    public void Fill(Tensor x, float value) => ForEach(x.Count, new FillStep(value, x.Pointer));

    /// <inheritdoc/>
    public void Copy(Tensor x, Tensor y) => ForEach(x.Count, new CopyStep(x.Pointer, y.Pointer));

    /// <inheritdoc/>
    public void AddScaled(Tensor x, float scale, Tensor y) => ForEach(x.Count, new AddScaledStep(x.Pointer, scale, y.Pointer));

    /// <inheritdoc/>
    public void Map<TOp>(Tensor x, Tensor y) where TOp : struct, IPointwise => ForEach(x.Count, new MapStep<TOp>(x.Pointer, y.Pointer));

    /// <inheritdoc/>
    public void MapBackward<TOp>(Tensor x, Tensor y, Tensor dy, Tensor dx, bool accumulate) where TOp : struct, IPointwise =>
        ForEach(x.Count, new MapBackwardStep<TOp>(x.Pointer, y.Pointer, dy.Pointer, dx.Pointer, accumulate));

    /// <inheritdoc/>
    public void ApplyDropout(Tensor x, Dropout dropout, Tensor y)
    {
        if (dropout.IsActive) workers.Run(PiecesOf(x.Count, Chunk), new DropoutWork(x.Pointer, dropout, x.Count, y.Pointer));
        else if (x.Pointer != y.Pointer) Copy(x, y);
    }

    private readonly struct FillStep(float value, float* x) : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step(long i, int lanes) => Write(V.Broadcast(value), x + i, lanes);
    }

    private readonly struct CopyStep(float* x, float* y) : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step(long i, int lanes) => Write(Read(x + i, lanes), y + i, lanes);
    }

    private readonly struct AddScaledStep(float* x, float scale, float* y) : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step(long i, int lanes) =>
            Write(V.MultiplyAdd(V.Broadcast(scale), Read(x + i, lanes), Read(y + i, lanes)), y + i, lanes);
    }

    private readonly struct MapStep<TOp>(float* x, float* y) : IElementwise where TOp : struct, IPointwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step(long i, int lanes) => Write(TOp.Forward(Read(x + i, lanes)), y + i, lanes);
    }

    private readonly struct MapBackwardStep<TOp>(float* x, float* y, float* dy, float* dx, bool accumulate) : IElementwise where TOp : struct, IPointwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step(long i, int lanes)
        {
            V gradient = TOp.Derivative(Read(x + i, lanes), Read(y + i, lanes)) * Read(dy + i, lanes);
            Write(accumulate ? Read(dx + i, lanes) + gradient : gradient, dx + i, lanes);
        }
    }

    private readonly struct DropoutWork(float* x, Dropout dropout, long count, float* y) : IWork
    {
        [MethodImpl(Jit.Kernel)]
        [SkipLocalsInit]
        public void Run(int piece)
        {
            var random = new DropoutLanes(dropout);
            uint* words = stackalloc uint[DropoutLanes.Words];
            long start = (long)piece * Chunk, end = Math.Min(start + Chunk, count);
            for (long block = start; block < end; block += DropoutLanes.Block)
            {
                int length = (int)Math.Min(DropoutLanes.Block, end - block);
                uint* word = random.Draw(block, length, words);
                for (int i = 0; i < length; i += V.Lanes)
                {
                    int lanes = Math.Min(V.Lanes, length - i);
                    Write(random.Apply(Read(x + block + i, lanes), word + i), y + block + i, lanes);
                }
            }
        }
    }
}
