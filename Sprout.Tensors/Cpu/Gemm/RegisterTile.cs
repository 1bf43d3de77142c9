using System.Runtime.CompilerServices;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Cpu.Gemm;

/// <summary>The tile of C, mr × nr, that fills the registers of one kind of processor, and the micro-kernels that compute it.</summary>
internal static unsafe class RegisterTile<V> where V : struct, IVector<V>
{
    /// <summary>Rows of a tile.</summary>
    public static int MR => typeof(V) == typeof(V512) ? 12 : typeof(V) == typeof(V256) ? 6 : 4;

    /// <summary>Columns of a tile.</summary>
    public static int NR => V.Lanes * (typeof(V) == typeof(V128) ? 3 : 2);

    /// <summary>How the m rows of A are cut into panels.</summary>
    public static PanelShape PanelsOfA(int m) => new(m, MR, MicroKernels.AStride<V>(MR));

    /// <summary>How the n columns of B are cut into panels.</summary>
    public static PanelShape PanelsOfB(int n) => new(n, NR, NR);

    /// <summary>A whole tile of C = or += A · B; parameters as in <see cref="MicroKernels"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply(nint kc, float* a, float* b, float* c, nint ldc, bool accumulate, float* next, nint nextStride)
    {
        if (typeof(V) == typeof(V512)) MicroKernels.Tile12x2<V>(kc, a, b, c, ldc, accumulate, next, nextStride);
        else if (typeof(V) == typeof(V256)) MicroKernels.Tile6x2<V>(kc, a, b, c, ldc, accumulate, next, nextStride);
        else MicroKernels.Tile4x3<V>(kc, a, b, c, ldc, accumulate, next, nextStride);
    }

    /// <summary>A tile at the edge of C, of which only some rows and columns are there, by way of a whole one in memory.</summary>
    [MethodImpl(Jit.Kernel)]
    [SkipLocalsInit]
    public static void MultiplyEdge(int rows, int columns, nint kc, float* a, float* b, float* c, nint ldc, bool accumulate, float* next, nint nextStride)
    {
        float* tile = stackalloc float[MR * NR];
        // Half a tile where that is enough: both have the same stride of A.
        if (typeof(V) == typeof(V256) && rows <= 3) MicroKernels.Tile3x2<V>(kc, a, b, tile, NR, accumulate: false, next, nextStride);
        else if (typeof(V) == typeof(V512) && rows <= 6) MicroKernels.Tile6x2<V>(kc, a, b, tile, NR, accumulate: false, next, nextStride);
        else Multiply(kc, a, b, tile, NR, accumulate: false, next, nextStride);

        for (int y = 0; y < rows; y++, tile += NR, c += ldc)
        {
            for (int x = 0; x < columns; x += V.Lanes)
            {
                int count = Math.Min(V.Lanes, columns - x);
                V value = V.Load(tile + x);
                V.StorePartial(accumulate ? V.LoadPartial(c + x, count) + value : value, c + x, count);
            }
        }
    }
}
