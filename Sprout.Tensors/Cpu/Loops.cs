// The two loops over elements: do something to each, and add something up over all.
using System.Runtime.CompilerServices;
using Sprout.Tensors.Cpu.Threads;
using Sprout.Tensors.Simd;
using static Sprout.Tensors.Cpu.Threads.Division;

namespace Sprout.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend<V>
{
    // Elements of a piece: long enough to hide the dispatch, short enough to balance. A multiple of 32, so that pieces share no mask word.
    private const int Chunk = 16384;

    // Elements whose terms are added in float before the sum goes on in double.
    private const int FloatRun = 1024;

    /// <summary>Something done to elements i to i + lanes − 1; i is a multiple of the register's lanes.</summary>
    private interface IElementwise
    {
        void Step(long i, int lanes);
    }

    /// <summary>The terms of a sum for elements i to i + lanes − 1; the lanes beyond are ignored.</summary>
    private interface ITerm
    {
        V Step(long i, int lanes);
    }

    /// <summary>Runs an elementwise kernel over all elements.</summary>
    private void ForEach<TKernel>(long count, TKernel kernel) where TKernel : struct, IElementwise =>
        workers.Run(PiecesOf(count, Chunk), new ElementWork<TKernel>(kernel, count));

    /// <summary>Adds the terms of all elements in double, in a fixed order.</summary>
    private double SumOver<TTerm>(long count, TTerm term) where TTerm : struct, ITerm
    {
        int pieces = PiecesOf(count, Chunk);
        DeviceBuffer partials = Allocate((long)pieces * sizeof(double));
        workers.Run(pieces, new SumWork<TTerm>(term, count, (double*)partials.Address));
        double sum = SumOf((double*)partials.Address, pieces);
        Free(partials);
        return sum;
    }

    private static double SumOf(double* partials, int count)
    {
        double sum = 0;
        for (int i = 0; i < count; i++) sum += partials[i];
        return sum;
    }

    // Rows of a piece: about one chunk.
    private static int RowsPerPiece(int columns) => Math.Max(Chunk / Math.Max(columns, 1), 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Read(float* source, int lanes) => lanes == V.Lanes ? V.Load(source) : V.LoadPartial(source, lanes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(V value, float* destination, int lanes)
    {
        if (lanes == V.Lanes) V.Store(value, destination);
        else V.StorePartial(value, destination, lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V KeepFirst(V value, int lanes) => lanes == V.Lanes ? value : V.KeepBits(value, (1u << lanes) - 1);

    private readonly struct ElementWork<TKernel>(TKernel kernel, long count) : IWork where TKernel : struct, IElementwise
    {
        [MethodImpl(Jit.Kernel)]
        public void Run(int piece)
        {
            // A local copy, so that its fields stay in registers across stores.
            TKernel step = kernel;
            long i = (long)piece * Chunk, end = Math.Min(i + Chunk, count);
            for (; i + V.Lanes <= end; i += V.Lanes) step.Step(i, V.Lanes);
            if (i < end) step.Step(i, (int)(end - i));
        }
    }

    private readonly struct SumWork<TTerm>(TTerm term, long count, double* partials) : IWork where TTerm : struct, ITerm
    {
        [MethodImpl(Jit.Kernel)]
        public void Run(int piece)
        {
            TTerm step = term;
            long i = (long)piece * Chunk, end = Math.Min(i + Chunk, count);
            double sum = 0;
            while (i < end)
            {
                long stop = Math.Min(i + FloatRun, end);
                V even = V.Zero, odd = V.Zero;
                for (; i + (2 * V.Lanes) <= stop; i += 2 * V.Lanes)
                {
                    even += step.Step(i, V.Lanes);
                    odd += step.Step(i + V.Lanes, V.Lanes);
                }

                if (i + V.Lanes <= stop)
                {
                    even += step.Step(i, V.Lanes);
                    i += V.Lanes;
                }

                if (i < stop) odd += KeepFirst(step.Step(i, (int)(stop - i)), (int)(stop - i));
                sum += V.Sum(even + odd);
                i = stop;
            }

            partials[piece] = sum;
        }
    }
}
