using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Sprout.Tensors.Cpu.Gemm;

/// <summary>Fetches rows that lie far apart, which the processor does not foresee. Only a hint: any address will do, and other processors do nothing.</summary>
internal static unsafe class Prefetch
{
    private const int LineFloats = 16;

    /// <summary>Fetches some columns of some rows into the nearest cache.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="stride">Floats from row to row.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="columns">Floats of a row.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Rows(float* first, nint stride, int rows, int columns)
    {
        if (!Sse.IsSupported) return;
        for (int row = 0; row < rows; row++, first += stride)
            for (int column = 0; column < columns; column += LineFloats) Sse.Prefetch0(first + column);
    }
}
