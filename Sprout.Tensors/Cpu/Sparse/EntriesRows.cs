// A few rows of X and a weight of single entries.
using System.Runtime.CompilerServices;
using Sprout.Tensors.Cpu.Gemm;
using Sprout.Tensors.Cpu.Threads;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Cpu.Sparse;

/// <summary>Y = X · Wᵀ where X has so few rows that tiles of 32 would be mostly empty: entry by entry, as X lies. A piece is a part of W.</summary>
internal readonly unsafe struct EntriesRows<TEpilogue>(EntriesLayout layout, int together, Product product, TEpilogue epilogue) : IWork
    where TEpilogue : struct, IEpilogue
{
    /// <summary>Up to here it is faster than a tile.</summary>
    public const int MostRows = 3;

    [MethodImpl(Jit.Kernel)]
    public void Run(int part)
    {
        int n = layout.Shape[0], k = layout.Shape[1], first = part * layout.PartRows, count = Math.Min(layout.PartRows, n - first);
        float* sums = stackalloc float[layout.PartRows + 1];
        for (int row = 0; row < product.M; row++)
        {
            var y = new Span<float>(product.C + ((nint)row * n) + first, count);
            y.CopyTo(new Span<float>(sums, count));
            for (int slice = 0; slice < layout.Slices; slice++)
            {
                int* stream = layout.Stream(part, slice, out int runs);
                EntriesTiles.RunsOfOne(stream, runs, together, product.A + ((nint)row * k), sums, product.Accumulate || slice > 0);
            }

            new Span<float>(sums, count).CopyTo(y);
        }

        epilogue.Apply(0, first, product.M, count);
    }
}
